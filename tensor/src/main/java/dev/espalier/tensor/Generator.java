package dev.espalier.tensor;

/**
 * A seeded source of random numbers: a key, a stream, and a position that moves on with each draw.
 *
 * <p>Not thread-safe; give each thread its own {@link #split stream}. The whole state is three
 * numbers ({@link #state}), so a checkpoint restores it exactly. PyTorch: {@code torch.Generator}.
 */
public final class Generator {
  /** The state of a generator. */
  public record State(long seed, long stream, long position) {}

  private final long seed;
  private final long stream;
  private long position;
  private final int[] block = new int[4];

  /** A generator at the start of stream 0 of a seed. */
  public Generator(long seed) {
    this(new State(seed, 0, 0));
  }

  /** A generator that continues from a state. */
  public Generator(State state) {
    this.seed = state.seed;
    this.stream = state.stream;
    this.position = state.position;
  }

  public State state() {
    return new State(seed, stream, position);
  }

  /** Moves to a saved position of the same seed and stream. */
  public void restore(State state) {
    if (state.seed != seed || state.stream != stream) {
      throw new IllegalArgumentException(
          "generator: state %s belongs to another seed or stream than this generator's %s"
              .formatted(state, state()));
    }
    position = state.position;
  }

  /**
   * An independent generator of the same seed; equal names give equal streams, whatever was drawn
   * before.
   */
  public Generator split(String name) {
    long hash = 0xcbf29ce484222325L ^ stream;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return new Generator(new State(seed, hash, 0));
  }

  /** Takes {@code count} 4-word counters for a kernel; returns the position of the first. */
  public long reserve(long count) {
    long first = position;
    position += count;
    return first;
  }

  private void next() {
    Philox.block(seed, stream, position++, block, 0);
  }

  /** A double in [0, 1). */
  public double nextDouble() {
    next();
    return Philox.toDouble(block[0], block[1]);
  }

  /** An int in [0, bound), without bias (Lemire 2019). */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("nextInt: bound must be positive but is " + bound);
    }
    while (true) {
      next();
      for (int word : block) {
        long product = (word & 0xffffffffL) * bound;
        if ((product & 0xffffffffL) >= (0x1_0000_0000L - bound) % bound) {
          return (int) (product >>> 32);
        }
      }
    }
  }

  /** A standard normal double (Box and Muller 1958). */
  public double nextGaussian() {
    next();
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - Philox.toDouble(block[0], block[1])));
    return radius * StrictMath.cos(2 * Math.PI * Philox.toDouble(block[2], block[3]));
  }

  /** A permutation of 0 … n-1 (Fisher and Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
