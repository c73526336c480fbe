package dev.espalier.bench.measure;

/**
 * How long each side is run.
 *
 * @param warmups iterations of one second before ours is timed, after {@link
 *     dev.espalier.bench.kernel.Contender#settle}
 * @param peerWarmups the same for peers, which are compiled already
 * @param iterations that count
 * @param millis length of one of those
 */
public record Effort(int warmups, int peerWarmups, int iterations, int millis) {
  public static final Effort FULL = new Effort(3, 1, 5, 1_000);
  public static final Effort QUICK = new Effort(1, 1, 3, 500);
}
