package dev.espalier.bench.report;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The trials of a study in {@code results.jsonl}: appended one whole line at a time, each forced to
 * disk before {@link #append} returns, so that a crash loses at most the trial being written.
 *
 * <p>A last line without its end is what such a crash leaves: it is reported in {@link #warnings()}
 * and cut off when the store is opened for writing. Every other malformed line is refused. An open
 * store holds a lock on its file; it may be used by several threads.
 */
public final class ResultStore implements Closeable {

  private final Path file;
  private final FileChannel channel;
  private final Map<TrialKey, TrialResult> trials;
  private final List<String> warnings;

  private ResultStore(Path file, FileChannel channel, ResultLines contents) {
    this.file = file;
    this.channel = channel;
    this.trials = contents.trials();
    this.warnings = List.copyOf(contents.warnings());
  }

  /**
   * Opens a results file for appending, made if absent.
   *
   * @throws MalformedResultsException if a line other than an unfinished last one is not a trial
   * @throws IOException if another process or store is writing to the file
   */
  @SuppressWarnings("resource") // the channel belongs to the store, which closes it
  public static ResultStore open(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(channel, file);
      // Through this channel, as closing any other one on the file would release the lock.
      ResultLines contents = ResultLines.of(file, Channels.newInputStream(channel));
      channel.truncate(contents.wholeBytes());
      channel.position(contents.wholeBytes());
      if (contents.endMissing()) {
        write(channel, "\n");
      }
      channel.force(true);
      return new ResultStore(file, channel, contents);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Reads a results file without changing or locking it.
   *
   * @param warnings receives a sentence when the last line was cut short
   * @throws MalformedResultsException if a line other than an unfinished last one is not a trial
   */
  public static List<TrialResult> read(Path file, List<String> warnings) throws IOException {
    ResultLines contents = ResultLines.of(file);
    warnings.addAll(contents.warnings());
    return List.copyOf(contents.trials().values());
  }

  /**
   * Stores one more trial and forces it to disk.
   *
   * @throws IllegalArgumentException if a trial of this key is stored already
   */
  public synchronized void append(TrialResult trial) throws IOException {
    if (trials.containsKey(trial.key())) {
      throw new IllegalArgumentException(file + " already holds the trial " + trial.key());
    }
    write(channel, TrialJson.write(trial) + "\n");
    channel.force(false);
    trials.put(trial.key(), trial);
  }

  /** Whether a trial of this key is stored. */
  public synchronized boolean contains(TrialKey key) {
    return trials.containsKey(key);
  }

  /** The stored trial of this key. */
  public synchronized Optional<TrialResult> find(TrialKey key) {
    return Optional.ofNullable(trials.get(key));
  }

  /** All trials in the file's order. */
  public synchronized List<TrialResult> trials() {
    return List.copyOf(trials.values());
  }

  /** Sentences about what was found and mended on opening; empty as a rule. */
  public List<String> warnings() {
    return warnings;
  }

  /** Releases the file and its lock. */
  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  @SuppressWarnings("resource") // closing the channel releases the lock
  private static void lock(FileChannel channel, Path file) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new IOException(file + " is being written to by this process already", e);
    }
    if (lock == null) {
      throw new IOException(
          file + " is being written to by another process; wait for it or choose another folder");
    }
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
