package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.memory.Closing;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.cuda.memory.OrderedStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a library holds for each stream that it was called on: a handle of its own, and a workspace.
 *
 * <p>The workspace is a block like any other: it counts as memory of this program, and a captured
 * step that writes to it waits, wherever it is replayed, for the stream whose workspace it is.
 *
 * @param <S> a handle and what belongs to it
 */
final class StreamSessions<S> implements AutoCloseable {
  /** Opens a handle that works on a stream, in a workspace. */
  interface Opening<S> {
    S open(OrderedStream stream, DevicePointer workspace);
  }

  private record Session<S>(S handle, DeviceBuffer workspace) {}

  private final DeviceAllocator allocator;
  private final long workspaceBytes;
  private final String library;
  private final Map<OrderedStream, Session<S>> sessions = new IdentityHashMap<>();

  StreamSessions(DeviceAllocator allocator, long workspaceBytes, String library) {
    this.allocator = allocator;
    this.workspaceBytes = workspaceBytes;
    this.library = library;
  }

  /** Makes a call with the stream's handle, which issues work to the stream. */
  void issue(OrderedStream stream, Opening<S> opening, Consumer<S> call) {
    allocator.inTurn(
        () -> {
          Session<S> session = session(stream, opening);
          session.workspace.use(stream);
          stream.issue(_ -> call.accept(session.handle));
        });
  }

  private synchronized Session<S> session(OrderedStream stream, Opening<S> opening) {
    Session<S> session = sessions.get(stream);
    if (session == null) {
      session = open(stream, opening);
      sessions.put(stream, session);
    }
    return session;
  }

  private Session<S> open(OrderedStream stream, Opening<S> opening) {
    DeviceBuffer workspace =
        allocator.allocate(workspaceBytes, "the workspace of " + library, stream);
    try {
      return new Session<>(opening.open(stream, workspace.use(stream)), workspace);
    } catch (RuntimeException e) {
      workspace.close();
      throw e;
    }
  }

  /** The handles that are open. */
  synchronized List<S> handles() {
    return sessions.values().stream().map(Session::handle).toList();
  }

  /** Gives the workspaces back; the handles are their owner's to close before. */
  @Override
  public synchronized void close() {
    List<Runnable> steps = new ArrayList<>();
    sessions.values().forEach(session -> steps.add(session.workspace::close));
    sessions.clear();
    Closing.all(steps);
  }
}
