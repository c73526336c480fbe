package dev.espalier.bench.reproduce;

import dev.espalier.bench.study.Recipe;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringData;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.score.TaylorActivation;
import dev.espalier.prune.structure.FilterStructure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * VGG-tiny loses one feature map after every 10 updates, by the Taylor criterion or at random,
 * until half of them are gone.
 *
 * <p>Source: P. Molchanov et al., Pruning Convolutional Neural Networks for Resource Efficient
 * Inference (2016). Rate, batch and number of updates are those of its AlexNet on flowers. The
 * criterion is taken over as many batches as there are updates, but by the weights of the moment
 * and in evaluation mode, where the source adds it up during the updates.
 *
 * @param epochs of the dense network
 * @param perClass training images of each class
 * @param kept share of the maps that stays
 */
record OneAtATime(int epochs, int perClass, double kept) implements SeedBySeed {
  private static final String MODEL = "vgg-tiny";
  private static final double MACS = 9.88e6;
  private static final int UPDATES = 10;
  private static final int BATCH = 32;
  private static final double RATE = 0.001;

  /** The sizes that the limits are meant for. */
  OneAtATime() {
    this(20, 1000, 0.5);
  }

  @Override
  public String name() {
    return "taylor-one-at-a-time";
  }

  @Override
  public String description() {
    return "VGG-tiny loses half of its maps one by one, by Taylor or at random (P. Molchanov et al."
        + " 2016)";
  }

  @Override
  public List<String> data() {
    return List.of(CifarPart.NAME);
  }

  @Override
  public TrainTest images(Lab lab) throws IOException {
    return lab.data(CifarPart.NAME, new CifarPart(perClass));
  }

  @Override
  public void prepare(Lab lab, double images) {
    lab.expect(MODEL, MACS, images * epochs);
    lab.note("updates before each removal", UPDATES);
    lab.note("updates", "%d images at a rate of %s".formatted(BATCH, RATE));
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = Recipe.of(MODEL).withEpochs(epochs, 0);
    tally.errors().add("dense", lab.error(lab.dense(MODEL, data, recipe, seed), data));
    tally.errors().add("taylor", prune(lab, data, recipe, seed, new TaylorActivation()));
    tally.errors().add("random", prune(lab, data, recipe, seed, new RandomScore()));
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    List<Finding> found = new ArrayList<>();
    found.add(
        Finding.atLeast(
            "error at random - by taylor", Unit.POINTS, 5, errors.difference("random", "taylor")));
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }

  /** Prunes a copy of the dense network; its error at the end. */
  private double prune(Lab lab, TrainTest data, Recipe recipe, long seed, Scorer scorer) {
    Module module = lab.dense(MODEL, data, recipe, seed);
    Method method = Methods.get("taylor").withScorer(scorer);
    var pruner =
        new Pruner(module, method, lab.example(data), lab.generator(seed, "order of removal"));
    int maps =
        new FilterStructure()
            .groups(module, lab.example(data)).stream().mapToInt(GroupSet::count).sum();
    Recipe updates = recipe.withBatch(BATCH);
    int batches = Math.ceilDiv(data.train().count(), BATCH);
    int removals = maps - (int) Math.round(kept * maps);
    lab.note("maps", "%d, of which %d are removed".formatted(maps, removals));
    String work = "removing maps by " + scorer.name();
    lab.expect(work, MACS, (double) removals * UPDATES * BATCH);
    try (var loader =
        new DataLoader(
            data.train(),
            Augment.none(data.spec().normalization()),
            LoaderOptions.training(BATCH, seed))) {
      lab.train(
          work,
          module,
          data,
          updates,
          new Lab.Course(Math.ceilDiv(removals * UPDATES, batches), seed, 1),
          _ -> RATE / recipe.lr(),
          new Removal(pruner, loader, maps, removals));
    }
    return lab.error(module, data);
  }

  /** Removes a map after every so many updates, and ends the training with the last one. */
  private record Removal(Pruner pruner, DataLoader loader, int maps, int removals)
      implements TrainingListener {
    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      if (event.step() % UPDATES != 0) {
        return;
      }
      int removed = (int) (event.step() / UPDATES);
      long batch = event.step() - UPDATES;
      int perEpoch = loader.batchesPerEpoch();
      loader.seek(new DataLoader.Position((int) (batch / perEpoch), (int) (batch % perEpoch)));
      pruner
          .withData(ScoringData.of(loader, UPDATES, new CrossEntropy()))
          .pruneToDensity((maps - removed) / (double) maps);
      if (removed == removals) {
        trainer.requestStop();
      }
    }
  }
}
