from .cells import draw_cells as draw_cells
from .convergence import draw_convergence as draw_convergence
from .courses import draw_courses as draw_courses
from .pages import save_figures as save_figures
from .probabilities import draw_probabilities as draw_probabilities
