"""How far an order moves the market by its own size."""

from __future__ import annotations

import math


def square_root_impact(coefficient: float, bar_volatility: float, size: float, volume: float) -> float:
    """Return the square-root impact of an order as a fraction of the price.

    Parameters
    ----------
    coefficient
        The law's constant, >= 0; measured values are around 1, 0 switches impact off.
    bar_volatility
        Standard deviation of the returns of one bar, as a fraction, >= 0; not annualised.
    size
        Size of the order in base currency; the sign is ignored.
    volume
        Volume of the same bar in base currency, >= 0. At 0 (data without volume) nothing can be measured:
        the order then counts as the whole volume.

    Returns
    -------
    ``coefficient * bar_volatility * sqrt(|size| / volume)``, >= 0. It is not capped: an order above the bar's
    volume pays accordingly, unless partial fills limit its size first.

    Notes
    -----
    Volatility grows with the root of time and volume with time, so that the figure does not depend on the
    length of the bar. Almgren et al. measured an exponent of 0.6 for temporary impact in US shares, Toth et
    al. 0.5 in futures; the root is the usual choice. All of them measured orders far below the volume.

    References
    ----------
    Almgren, Thum, Hauptmann and Li (2005), Direct Estimation of Equity Market Impact, Risk 18(7).
    Toth, Lemperiere, Deremble, de Lataillade, Kockelkoren and Bouchaud (2011), Anomalous Price Impact and the
    Critical Nature of Liquidity in Financial Markets, Physical Review X 1, 021006.

    Examples
    --------
    >>> square_root_impact(1.0, 0.02, 4.0, 100.0)
    0.004
    """
    if size == 0.0:
        return 0.0
    # Two roots, because their quotient stays finite however thin the volume is.
    root = math.sqrt(abs(size)) / math.sqrt(volume) if volume > 0.0 else 1.0
    return coefficient * bar_volatility * root
