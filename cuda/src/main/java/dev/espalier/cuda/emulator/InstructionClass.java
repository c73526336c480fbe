package dev.espalier.cuda.emulator;

/** The classes of the instruction mix: which unit of a multiprocessor an instruction occupies. */
public enum InstructionClass {
  /** Single-precision addition, multiplication, fused multiply-add, comparison. */
  FP32,
  /** Double precision. */
  FP64,
  /** Arithmetic on half-precision numbers, two at a time. */
  FP16,
  /** Addition, logic, comparison, selection, moves. */
  INTEGER,
  /** Integer multiplication, which runs at half the rate. */
  INTEGER_MULTIPLY,
  /** Conversions, bit counts: a quarter of the rate. */
  CONVERSION,
  /** Reciprocals, roots, exponentials, sines. */
  SPECIAL_FUNCTION,
  /** Matrix products on tensor cores. */
  TENSOR,
  GLOBAL_LOAD,
  GLOBAL_STORE,
  SHARED_LOAD,
  SHARED_STORE,
  /** Asynchronous copies from global to shared memory. */
  ASYNC_COPY,
  LOCAL,
  ATOMIC,
  /** Shuffles, votes. */
  WARP_EXCHANGE,
  BARRIER,
  BRANCH,
  OTHER
}
