"""Bone: the exchangeable part of bone Mg buffers plasma Mg over weeks."""

from sim.numerics.jit import law


@law
def bone_release(bone: float, mg_relative: float, normal: float, time: float) -> float:
    """Mg released by bone; negative when bone takes it up.

    Parameters
    ----------
    bone, normal : float or array
        Exchangeable bone Mg, now and normally [mmol].
    mg_relative : float or array
        Ionised plasma Mg over normal [1].
    time : float
        Time constant [h].

    Returns
    -------
    float or array
        Release [mmol/h].

    Limits
    ------
    Zero when bone and plasma Mg are in the normal proportion.
    """
    return (bone - normal * mg_relative) / time
