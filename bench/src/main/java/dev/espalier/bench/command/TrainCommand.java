package dev.espalier.bench.command;

import dev.espalier.bench.study.Recipe;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.Augment;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.data.LoaderOptions;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.train.Checkpoint;
import dev.espalier.nn.train.CheckpointListener;
import dev.espalier.nn.train.EpochEvent;
import dev.espalier.nn.train.JsonLinesLog;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingEnd;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.train.TrainingPlan;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a built-in model; may be interrupted and resumed at any time. */
@Command(
    name = "train",
    description = {
      "Trains a network and writes model.safetensors, log.jsonl and checkpoint.safetensors.",
      "Ctrl-C stops after the current step with a usable checkpoint; --resume continues from it,"
          + " bit for bit."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier train --model lenet-300-100 --epochs 5 --out runs/lenet",
      "  espalier train --model lenet-5 --data mnist --data-dir DIR --out runs/mnist",
      "  espalier train --model lenet-5 --data mnist --data-dir DIR --out runs/mnist --resume"
    })
public final class TrainCommand implements Callable<Integer> {
  private static final int EVALUATION_BATCH = 500;
  private static final int CROP_PADDING = 4;
  private static final int LOG_EVERY = 50;
  private static final int STOP_SECONDS = 60;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Network (default: ${DEFAULT-VALUE}).")
  private String model = "lenet-300-100";

  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Epochs (default: the model's recipe).")
  private Optional<Integer> epochs = Optional.empty();

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Learning rate (default: the model's recipe).")
  private Optional<Double> lr = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step (default: the model's recipe).")
  private Optional<Integer> batch = Optional.empty();

  @Option(names = "--seed", paramLabel = "S", description = "Seed (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Output folder (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-train");

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between checkpoints (default: ${DEFAULT-VALUE}).")
  private int checkpointEvery = 500;

  @Option(names = "--resume", description = "Continue from the checkpoint in the output folder.")
  private boolean resume;

  @Option(
      names = "--report-memory",
      paramLabel = "N",
      description = "Print the allocator's figures and the resident memory every N steps.")
  private int reportMemory;

  @Spec private CommandSpec spec;

  private TrainCommand() {}

  @Override
  public Integer call() throws IOException {
    Recipe recipe = Refusals.understood(spec.commandLine(), this::recipe);
    TrainTest sets = data.load();
    Files.createDirectories(out);
    Augment plain = Augment.none(sets.spec().normalization());
    Augment augment = recipe.augment() ? plain.withCrop(CROP_PADDING).withFlip() : plain;
    try (var loader =
            new DataLoader(sets.train(), augment, LoaderOptions.training(recipe.batch(), seed));
        var test = new DataLoader(sets.test(), plain, LoaderOptions.evaluation(EVALUATION_BATCH));
        var progress = new BarProgress(spec.commandLine().getOut())) {
      Module module =
          Models.create(model, sets.spec().classes(), new Generator(seed).split("initial weights"));
      int count = epochs.orElse(recipe.epochs());
      long steps = (long) count * loader.batchesPerEpoch();
      var plan =
          TrainingPlan.of(count, new CrossEntropy(), recipe.optimizer(module))
              .withSchedule(recipe.schedule(steps, false))
              .withEvaluation(test)
              .withListeners(
                  progress.listener(model),
                  new EpochLines(progress),
                  new MemoryLines(progress, reportMemory),
                  new JsonLinesLog(out.resolve("log.jsonl"), LOG_EVERY),
                  CheckpointListener.everySteps(
                      checkpoint(), checkpointEvery, Map.of("model", model)));
      var trainer = new Trainer(module, loader, plan);
      resume(trainer, progress);
      progress.start(steps - trainer.step());
      var trained = new StoredModel(model, sets.spec().classes(), module);
      return stoppable(trainer, () -> finish(trainer.run(), trained));
    }
  }

  private Recipe recipe() {
    Datasets.spec(data.name());
    Recipe recipe = Recipe.of(Models.entry(model).name());
    recipe = lr.isPresent() ? recipe.withLr(lr.get()) : recipe;
    return batch.isPresent() ? recipe.withBatch(batch.get()) : recipe;
  }

  private Path checkpoint() {
    return out.resolve("checkpoint.safetensors");
  }

  private void resume(Trainer trainer, BarProgress progress) {
    if (!resume) {
      return;
    }
    try (Checkpoint saved = Checkpoint.read(checkpoint())) {
      trainer.restore(saved);
      progress.say("resumed at step " + saved.step());
    }
  }

  /**
   * Lets Ctrl-C end the run between two steps: the JVM waits in the hook until the checkpoint is
   * written and reported. It does not wait for the thread that trains, which in turn waits for the
   * JVM once it has called exit.
   */
  private static int stoppable(Trainer trainer, IntSupplier work) {
    var done = new CountDownLatch(1);
    var hook = new Thread(() -> stop(trainer, done), "espalier-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.getAsInt();
    } finally {
      done.countDown();
      remove(hook);
    }
  }

  private static void stop(Trainer trainer, CountDownLatch done) {
    trainer.requestStop();
    try {
      if (!done.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("espalier train: did not stop within " + STOP_SECONDS + " s");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The JVM is going down: the hook is running, and ends now.
    }
  }

  private int finish(TrainingEnd end, StoredModel trained) {
    PrintWriter text = spec.commandLine().getOut();
    if (end.reason() == TrainingEnd.Reason.STOPPED) {
      text.println("stopped at step %d; continue with --resume".formatted(end.step()));
    } else {
      trained.write(out.resolve("model.safetensors"));
      text.println("wrote " + out.resolve("model.safetensors"));
    }
    text.flush();
    return 0;
  }

  /** A line per epoch. */
  private record EpochLines(BarProgress progress) implements TrainingListener {
    @Override
    public void onEpoch(EpochEvent event) {
      String accuracy =
          event.evaluation().map(m -> ", top-1 %.2f %%".formatted(100 * m.top1())).orElse("");
      progress.say(
          "epoch %d of %d: loss %.4f%s, %d s left"
              .formatted(
                  event.epoch(),
                  event.epochs(),
                  event.trainingLoss(),
                  accuracy,
                  event.remaining().toSeconds()));
    }
  }

  /** The allocator's figures now and then. */
  private record MemoryLines(BarProgress progress, int every) implements TrainingListener {
    @Override
    public void onStep(StepEvent event) {
      if (every > 0 && event.step() % every == 0) {
        progress.say(MemoryFigures.line(event.step()));
      }
    }
  }
}
