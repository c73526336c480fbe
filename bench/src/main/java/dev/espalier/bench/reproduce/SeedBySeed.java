package dev.espalier.bench.reproduce;

import dev.espalier.nn.data.TrainTest;
import java.io.IOException;
import java.util.List;

/** An experiment that does the same for each seed and looks at means and differences at the end. */
interface SeedBySeed extends Experiment {
  /** Where most of the literature's small figures are from. */
  String MNIST = "mnist";

  /**
   * Figures of every arm, by seed.
   *
   * @param errors on test images, in percent
   * @param others whatever else
   */
  record Tally(Arms errors, Arms others) {
    Tally() {
      this(new Arms(), new Arms());
    }
  }

  @Override
  default List<String> data() {
    return List.of(MNIST);
  }

  /**
   * The images, or some of them.
   *
   * @throws IOException if they cannot be read
   */
  default TrainTest images(Lab lab) throws IOException {
    return lab.data(data().getFirst());
  }

  /**
   * Announces the work and notes the settings.
   *
   * @param images how many all seeds see in an epoch
   */
  void prepare(Lab lab, double images);

  /** Trains, prunes and measures with one seed. */
  void run(Lab lab, TrainTest data, long seed, Tally tally);

  /** What the reader is told after each seed. */
  default String latest(Tally tally) {
    return tally.errors().latest(Unit.PERCENT);
  }

  /** What all seeds together show. */
  List<Finding> findings(Tally tally);

  @Override
  default List<Finding> run(Lab lab) throws IOException {
    TrainTest data = images(lab);
    prepare(lab, (double) lab.seeds().size() * data.train().count());
    var tally = new Tally();
    for (long seed : lab.seeds()) {
      run(lab, data, seed, tally);
      lab.say("%s, seed %d: %s".formatted(name(), seed, latest(tally)));
    }
    return findings(tally);
  }
}
