package dev.espalier.bench.peer.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.espalier.bench.peer.Natives;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** oneDNN's C interface: {@code dnnl.h}, version 3. Objects live as long as the process. */
@SuppressWarnings("restricted")
final class Dnnl {
  /** Arguments of an execution, {@code DNNL_ARG_…}. */
  static final int SRC = 1;

  static final int DST = 17;
  static final int WEIGHTS = 33;
  static final int SCALE = 51;
  static final int SHIFT = 52;
  static final int DIFF_SRC = 129;
  static final int DIFF_DST = 145;
  static final int DIFF_WEIGHTS = 161;

  private static final int CPU = 1;
  private static final int IN_ORDER = 1;
  private static final int FLOAT32 = 3;
  private static final int ANY_LAYOUT = 1;
  private static final int CHANNEL_BLOCKS = 78;
  private static final int QUERY_IMPLEMENTATION = 8;
  private static final int QUERY_ARGUMENT_LAYOUT = 255;
  private static final int ALIGNMENT = 64;

  private final Arena arena = Arena.global();
  private final Natives library;
  private final Map<String, MethodHandle> functions = new HashMap<>();
  private final MethodHandle execute;
  private final MethodHandle await;
  private final MemorySegment engine;
  private final MemorySegment stream;

  Dnnl(Natives library) {
    this.library = library;
    execute =
        library.function(
            "dnnl_primitive_execute",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS));
    await = library.function("dnnl_stream_wait", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    engine = create("dnnl_engine_create", CPU, 0L);
    stream = create("dnnl_stream_create", engine, IN_ORDER);
  }

  MemorySegment engine() {
    return engine;
  }

  /** Calls a function that returns a status; every failure is an exception. */
  void call(String function, Object... arguments) {
    int status = (int) invoke(function, JAVA_INT, arguments);
    if (status != 0) {
      throw new DnnlException(function, status);
    }
  }

  /** Calls a function that stores a new object through its first argument. */
  MemorySegment create(String function, Object... arguments) {
    MemorySegment out = arena.allocate(ADDRESS);
    Object[] all = new Object[arguments.length + 1];
    all[0] = out;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    call(function, all);
    return out.get(ADDRESS, 0);
  }

  private Object invoke(String function, MemoryLayout result, Object... arguments) {
    MethodHandle handle =
        functions.computeIfAbsent(
            function,
            name -> {
              MemoryLayout[] layouts = new MemoryLayout[arguments.length];
              for (int i = 0; i < layouts.length; i++) {
                layouts[i] = layout(arguments[i]);
              }
              return library.function(name, FunctionDescriptor.of(result, layouts));
            });
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Natives.failure(function, e);
    }
  }

  private static MemoryLayout layout(Object argument) {
    return switch (argument) {
      case MemorySegment _ -> ADDRESS;
      case Integer _ -> JAVA_INT;
      case Long _ -> JAVA_LONG;
      case Float _ -> JAVA_FLOAT;
      default -> throw new IllegalArgumentException("no native type for " + argument.getClass());
    };
  }

  // ---- memory

  MemorySegment dims(long... values) {
    return arena.allocateFrom(JAVA_LONG, values);
  }

  /** A float32 tensor whose layout the library is to choose. */
  MemorySegment anyLayout(long... dims) {
    return create("dnnl_memory_desc_create_with_tag", dims.length, dims(dims), FLOAT32, ANY_LAYOUT);
  }

  /** Images [N, C, H, W] with sixteen channels innermost, as AVX-512 kernels like them. */
  MemorySegment channelBlocks(long... dims) {
    return create(
        "dnnl_memory_desc_create_with_tag", dims.length, dims(dims), FLOAT32, CHANNEL_BLOCKS);
  }

  /** A float32 tensor of the given strides. */
  MemorySegment strided(long[] dims, long... strides) {
    return create(
        "dnnl_memory_desc_create_with_strides", dims.length, dims(dims), FLOAT32, dims(strides));
  }

  /** A float32 tensor, row-major. */
  MemorySegment rowMajor(long... dims) {
    long[] strides = new long[dims.length];
    long step = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      strides[axis] = step;
      step *= dims[axis];
    }
    return strided(dims, strides);
  }

  boolean same(MemorySegment layout, MemorySegment other) {
    return (int) invoke("dnnl_memory_desc_equal", JAVA_INT, layout, other) != 0;
  }

  MemorySegment allocate(Arena owner, MemorySegment layout) {
    long bytes = (long) invoke("dnnl_memory_desc_get_size", JAVA_LONG, layout);
    return owner.allocate(Math.max(bytes, ALIGNMENT), ALIGNMENT);
  }

  MemorySegment memory(MemorySegment layout, MemorySegment data) {
    return create("dnnl_memory_create", layout, engine, data);
  }

  void reorder(MemorySegment from, MemorySegment fromData, MemorySegment to, MemorySegment toData) {
    MemorySegment description =
        create("dnnl_reorder_primitive_desc_create", from, engine, to, engine, MemorySegment.NULL);
    MemorySegment primitive = create("dnnl_primitive_create", description);
    MemorySegment source = memory(from, fromData);
    MemorySegment target = memory(to, toData);
    execute(primitive, arguments(List.of(SRC, DST), List.of(source, target)), 2);
    call("dnnl_memory_destroy", source);
    call("dnnl_memory_destroy", target);
    call("dnnl_primitive_destroy", primitive);
    call("dnnl_primitive_desc_destroy", description);
  }

  // ---- primitives

  /** The layout of one argument that a primitive wants. */
  MemorySegment wanted(MemorySegment description, int argument) {
    return (MemorySegment)
        invoke(
            "dnnl_primitive_desc_query_md", ADDRESS, description, QUERY_ARGUMENT_LAYOUT, argument);
  }

  /** Which implementation was chosen, such as {@code brg_matmul:avx512_core}. */
  String implementation(MemorySegment description) {
    MemorySegment text = arena.allocate(ADDRESS);
    call("dnnl_primitive_desc_query", description, QUERY_IMPLEMENTATION, 0, text);
    return text.get(ADDRESS, 0).reinterpret(256).getString(0);
  }

  /** An array of {@code dnnl_exec_arg_t}. */
  MemorySegment arguments(List<Integer> names, List<MemorySegment> memories) {
    MemorySegment array = arena.allocate(16L * names.size(), 8);
    for (int i = 0; i < names.size(); i++) {
      array.set(JAVA_INT, 16L * i, names.get(i));
      array.set(ADDRESS, 16L * i + 8, memories.get(i));
    }
    return array;
  }

  void execute(MemorySegment primitive, MemorySegment arguments, int count) {
    try {
      int status = (int) execute.invokeExact(primitive, stream, count, arguments);
      if (status == 0) {
        status = (int) await.invokeExact(stream);
      }
      if (status != 0) {
        throw new DnnlException("dnnl_primitive_execute", status);
      }
    } catch (Throwable e) {
      throw Natives.failure("dnnl_primitive_execute", e);
    }
  }
}
