"""K/H exchange: part of the K a cell loses is replaced by H, which cell buffers take up."""

from sim.numerics.jit import law


@law
def proton_uptake(k_amount: float, buffered: float, k_normal: float, share: float, time: float) -> float:
    """H taken up in exchange for K.

    Parameters
    ----------
    k_amount, k_normal : float or array
        Cell K now and normally [mmol per L of reference cell water].
    buffered : float or array
        H taken up so far [mmol/L].
    share : float
        Part of lost K that H replaces [1].
    time : float
        Time constant [h].

    Returns
    -------
    float or array
        H in, equal to K out [mmol/L/h].

    Limits
    ------
    Zero at normal K without buffered H. Stops when ``buffered`` is ``share`` of the K lost.

    References
    ----------
    Muscle of K-depleted rats gains one Na for two K lost; H makes up the charge.
    """
    return (share * (k_normal - k_amount) - buffered) * (1.0 / time)
