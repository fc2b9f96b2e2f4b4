"""Reads and writes at an address.

A run passes dozens of arrays down to its smallest parts. As arrays each of them would cost counted references and
nine words at every call; as addresses in a record all together cost one pointer. Whoever fills such a record keeps
the arrays alive and as large as it says.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from btbot.kernel.layout import ACCOUNT, BOOK, OUTCOME, PLAN, RECORD, RULE, TAPE, TERMS


def _pointer(builder: Any, kind: Any, address: Any, index: Any) -> Any:
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [index])


def _reader(numba_type: Any, llvm_type: Any) -> Any:
    @intrinsic
    def read(typing_context, address, stride, row, column):
        signature = numba_type(types.int64, types.int64, types.int64, types.int64)

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            index = builder.add(builder.mul(args[1], args[2]), args[3])
            value = builder.load(_pointer(builder, llvm_type, args[0], index))
            return builder.trunc(value, ir.IntType(1)) if numba_type == types.boolean else value

        return signature, generate

    return read


number = _reader(types.float64, ir.DoubleType())
"""``number(address, stride, row, column)``: element of a float64 array whose rows are `stride` long."""
whole = _reader(types.int64, ir.IntType(64))
word = _reader(types.uint64, ir.IntType(64))
flag = _reader(types.boolean, ir.IntType(8))


def _record(dtype: Any) -> Any:
    kind = numba.from_dtype(dtype)

    @intrinsic
    def at(typing_context, address, index):
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            begin = builder.add(args[0], builder.mul(args[1], ir.Constant(ir.IntType(64), dtype.itemsize)))
            return builder.inttoptr(begin, context.get_value_type(kind))

        return kind(types.int64, types.int64), generate

    return at


book_at = _record(BOOK)
"""``book_at(address, index)``: element of an array of `BOOK`, to be read and written."""
rule_at, record_at, account_at = _record(RULE), _record(RECORD), _record(ACCOUNT)
tape_at, plan_at, terms_at, outcome_at = _record(TAPE), _record(PLAN), _record(TERMS), _record(OUTCOME)


@intrinsic
def write(typing_context, address, index, value):
    """Write a float64 at an index."""
    signature = types.void(types.int64, types.int64, types.float64)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _pointer(builder, ir.DoubleType(), args[0], args[1]))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def lowest_byte(typing_context, bits):
    """Return which of the eight bytes of a word is the first that is not 0; the word itself must not be 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        zeros = builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))
        return builder.lshr(zeros, ir.Constant(ir.IntType(64), 3))

    return types.int64(types.uint64), generate


@intrinsic
def _as_pointer(typing_context, address):
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), generate


@numba.njit
def numbers(address, start, stop):
    """Return the float64 elements ``start:stop`` as an array."""
    return numba.carray(_as_pointer(address), (stop,), np.float64)[start:]


def address(array: Any) -> int:
    """Return where the elements of an array begin, 0 if it has none."""
    if not array.size:
        return 0
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))  # half the time of ``array.ctypes``
    except (TypeError, BufferError, ValueError):  # read-only, or not contiguous
        return int(array.ctypes.data)
