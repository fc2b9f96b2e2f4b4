"""The pure rules, compiled: the same functions that the engine calls."""

from __future__ import annotations

from btbot import costs, exits, risk, sizing
from btbot.kernel.compiling import compiled

decide = compiled(exits.decide)
exit_reason = compiled(exits.exit_reason)
rebalance = compiled(exits.rebalance)
breached = compiled(exits.breached)
reached = compiled(exits.reached)
tighter = compiled(exits.tighter)
trailed = compiled(exits.trailed)
distance_level = compiled(exits.distance_level)
moved_to_break_even = compiled(exits.moved_to_break_even)

fixed_cash = compiled(sizing.fixed_cash)
fixed_risk = compiled(sizing.fixed_risk)
fixed_units = compiled(sizing.fixed_units)
percent = compiled(sizing.percent)
volatility_target = compiled(sizing.volatility_target)
kelly_percent = compiled(sizing.kelly_percent)
optimal_f = compiled(sizing.optimal_f)
optimal_f_percent = compiled(sizing.optimal_f_percent)
is_dust = compiled(sizing.is_dust)
meets_minimum = compiled(sizing.meets_minimum)
round_down = compiled(sizing.round_down)
round_price = compiled(sizing.round_price)

fee = compiled(costs.fee)
slipped_price = compiled(costs.slipped_price)
volatility_fraction = compiled(costs.volatility_fraction)
square_root_impact = compiled(costs.square_root_impact)
fillable = compiled(costs.fillable)
arrival = compiled(costs.arrival)
arrival_bar = compiled(costs.arrival_bar)
price_at = compiled(costs.price_at)
interest = compiled(costs.interest)
payment = compiled(costs.payment)

affordable = compiled(risk.affordable)
buying_power = compiled(risk.buying_power)
liquidated = compiled(risk.liquidated)
drawdown_breached = compiled(risk.drawdown_breached)
daily_loss_breached = compiled(risk.daily_loss_breached)
