"""Conditions between searched values, such as ``ma_fast < ma_slow``: a language too small to do harm.

Names, numbers, ``+ - * /``, comparisons, ``and``, ``or``, ``not`` and parentheses, with the precedence of Python.
They are evaluated over arrays of candidates at once.
"""

from __future__ import annotations

import ast
import keyword
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from btbot.errors import ConfigError, did_you_mean

BoolArray = npt.NDArray[np.bool_]
Values = Mapping[str, npt.NDArray[Any]]
Kind = Literal["number", "truth", "word"]
_Compute = Callable[[Values], Any]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: np.true_divide,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.And: np.logical_and, ast.Or: np.logical_or,
}  # fmt: skip
_NOT_UNDERSTOOD = "is not understood; allowed are names, numbers, + - * /, comparisons, and, or, not and parentheses"
_MOST_CHARACTERS = 1_000
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)*")
_STAND_IN = "_{}_"


@dataclass(frozen=True, slots=True)
class Name:
    """What a name in a condition stands for.

    Parameters
    ----------
    column
        Key of its values.
    kind
        ``number``; ``truth``: true or false; ``word``: text, which cannot be compared.
    """

    column: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on a setting, from `parse`.

    Parameters
    ----------
    text
        As it was written.
    """

    text: str
    compute: _Compute

    def holds(self, values: Values) -> BoolArray:
        """Return where the condition is met.

        Parameters
        ----------
        values
            Column to values, each of shape (n,): float64, or bool where the name is a truth.

        Returns
        -------
        bool of shape (n,); nothing raises where a number is divided by zero, the result is infinite or NaN.
        """
        with np.errstate(all="ignore"):
            met = self.compute(values)
        return np.broadcast_to(np.asarray(met, dtype=bool), next(iter(values.values())).shape)


def parse(text: str, names: Mapping[str, Name]) -> Constraint:
    """Read a condition.

    Parameters
    ----------
    text
        Such as ``ma_fast < ma_slow`` or ``2 * fast <= slow and not (fast > 20 or slow == 50)``.
    names
        What may be named; dots and slashes are part of a name.

    Raises
    ------
    ConfigError
        With the text, if it is not of this language or names something else.

    Examples
    --------
    >>> rule = parse("fast < slow / 2", {"fast": Name("fast", "number"), "slow": Name("slow", "number")})
    >>> rule.holds({"fast": np.array([5.0, 5.0]), "slow": np.array([10.0, 11.0])})
    array([False,  True])
    """
    return Constraint(text, _Reader(text, names).condition())


class _Reader:
    """Turns a condition into functions of columns, and refuses everything that the language does not have."""

    def __init__(self, text: str, names: Mapping[str, Name]) -> None:
        self.text, self.names = text, names
        self.meant = {_STAND_IN.format(number): name for number, name in enumerate(names.values())}

    def condition(self) -> _Compute:
        if len(self.text) > _MOST_CHARACTERS:
            raise self.refused(f"has more than {_MOST_CHARACTERS:,} characters; make several of it")
        try:
            return self.part(ast.parse(self.readable(), mode="eval").body, "truth")
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
            raise self.refused(_NOT_UNDERSTOOD) from None

    def refused(self, why: str) -> ConfigError:
        shown = self.text if len(self.text) <= 80 else f"{self.text[:77]}..."
        return ConfigError(f"optimize.constraints: {shown!r} {why}")

    def readable(self) -> str:
        """Replace each name by one that Python can read: a dotted key is none, and ``lambda`` is no name there."""
        stand_ins = dict(zip(self.names, self.meant, strict=True))
        longest_first = sorted(map(re.escape, stand_ins), key=len, reverse=True)
        pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(longest_first)})(?![\w.])")
        left = pattern.sub(" ", self.text)
        for found in _NAME.findall(left):
            if not keyword.iskeyword(found):
                short = ", ".join(name for name in self.names if "." not in name)
                hint = did_you_mean(found, self.names)
                raise self.refused(f"names {found}, which is not searched; there are {short}{hint}")
        return pattern.sub(lambda match: stand_ins[match[0]], self.text).strip()

    def part(self, node: ast.expr, wanted: Kind) -> _Compute:
        """Return how to compute a part that must be a number, or must be true or false."""
        kind, compute = self.any(node)
        if kind == wanted:
            return compute
        if kind == "word":
            raise self.refused("compares words; only numbers, and true or false, can be compared")
        needed = "a number" if wanted == "number" else "a comparison such as ma_fast < ma_slow"
        raise self.refused(f"has {'a number' if kind == 'number' else 'a comparison'} where {needed} is needed")

    def any(self, node: ast.expr) -> tuple[Kind, _Compute]:
        match node:
            case ast.Name(id=name) if name in self.meant:
                column = self.meant[name].column
                return self.meant[name].kind, lambda values: values[column]
            case ast.Constant(value=bool() as truth):
                return "truth", lambda _: truth
            case ast.Constant(value=int() | float() as number):
                constant = float(number)
                return "number", lambda _: constant
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return "number", _applied(operator.neg, [self.part(inner, "number")])
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return "truth", _applied(np.logical_not, [self.part(inner, "truth")])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return "number", _applied(_BINARY[type(op)], [self.part(left, "number"), self.part(right, "number")])
            case ast.BoolOp(op=op, values=parts):
                return "truth", _joined(_BINARY[type(op)], [self.part(one, "truth") for one in parts])
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _BINARY for op in ops):
                sides = [self.part(one, "number") for one in (left, *others)]
                links = [_applied(_BINARY[type(op)], [*pair]) for op, pair in zip(ops, pairwise(sides), strict=True)]
                return "truth", _joined(np.logical_and, links)
        raise self.refused(_NOT_UNDERSTOOD)


def _applied(function: Callable[..., Any], operands: list[_Compute]) -> _Compute:
    return lambda values: function(*[operand(values) for operand in operands])


def _joined(function: Callable[[Any, Any], Any], operands: Iterable[_Compute]) -> _Compute:
    return reduce(lambda left, right: _applied(function, [left, right]), operands)
