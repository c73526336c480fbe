package dev.espalier.cuda.emulator.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers in an array of bytes, in the device's little-endian order. */
public final class Bytes {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);
  private static final int ALL_VALID_4 = 0x01010101;
  private static final long ALL_VALID_8 = 0x0101010101010101L;

  private Bytes() {}

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  /** Two bytes. */
  public static short getShort(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at);
  }

  /** Four bytes. */
  public static int getInt(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  /** Eight bytes. */
  public static long getLong(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Writes two bytes. */
  public static void putShort(byte[] bytes, int at, short value) {
    SHORT.set(bytes, at, value);
  }

  /** Writes four bytes. */
  public static void putInt(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  /** Writes eight bytes. */
  public static void putLong(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }

  /** Whether {@code count} flags from {@code at} are all set. */
  public static boolean allValid(byte[] valid, int at, int count) {
    return switch (count) {
      case 4 -> getInt(valid, at) == ALL_VALID_4;
      case 8 -> getLong(valid, at) == ALL_VALID_8;
      case 16 -> getLong(valid, at) == ALL_VALID_8 && getLong(valid, at + 8) == ALL_VALID_8;
      default -> isAllOne(valid, at, count);
    };
  }

  private static boolean isAllOne(byte[] valid, int at, int count) {
    for (int i = 0; i < count; i++) {
      if (valid[at + i] != 1) {
        return false;
      }
    }
    return true;
  }

  /** Sets {@code count} flags from {@code at}. */
  static void setValid(byte[] valid, int at, int count) {
    switch (count) {
      case 4 -> putInt(valid, at, ALL_VALID_4);
      case 8 -> putLong(valid, at, ALL_VALID_8);
      case 16 -> {
        putLong(valid, at, ALL_VALID_8);
        putLong(valid, at + 8, ALL_VALID_8);
      }
      default -> Arrays.fill(valid, at, at + count, (byte) 1);
    }
  }
}
