"""The formula: transmission through the outer surface, and air that is changed every two hours."""

import numpy as np

BUILT = (1946.0, 1980.0, 2007.0)
"""Years from which buildings were built otherwise."""
U_VALUES = (1.3, 1.1, 0.8, 0.35)
"""Mean heat transfer in W/(m²·K) of walls, roof and windows together, before each year and after the last; assumed."""
RENOVATED = 0.3
BROKEN_WINDOWS = 1.6
"""From damage grade 3 on windows are gone or boarded up."""
AIR_WH_M3_K = 0.34
CHANGES_PER_H = 0.5
HOURS_KW = 0.024


def u_value(built_year, renovated, values=U_VALUES):
    """Mean U of buildings; those of unknown age count as the commonest, built before 1980."""
    at = np.searchsorted(BUILT, np.where(np.isnan(built_year), BUILT[1] - 1, built_year), side="right")
    u = np.asarray(values, float)[at]
    return np.fmin(u, RENOVATED) if renovated else u


def season_kwh(outer_m2, volume_m3, u, grade, degree_days):
    """Heat of a season in kWh: 24 h a day, 1000 W a kW."""
    u = np.where(np.nan_to_num(grade) >= 3, u * BROKEN_WINDOWS, u)
    loss_w_k = u * outer_m2 + AIR_WH_M3_K * CHANGES_PER_H * volume_m3
    return HOURS_KW * degree_days * loss_w_k
