package dev.espalier.bench.reproduce;

import dev.espalier.bench.report.Numbers;
import dev.espalier.bench.study.Forecast;
import dev.espalier.bench.study.Progress;
import dev.espalier.bench.study.Recipe;
import dev.espalier.bench.study.Training;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.ImageShape;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.TrainingPhase;
import dev.espalier.prune.TrainingRecipe;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What one run of an {@link Experiment} works with: seeds, data, training with a forecast, and the
 * settings that its results are filed under. Closing it frees the networks made here.
 */
public final class Lab implements AutoCloseable {
  private static final int EXAMPLE_ROWS = 4;

  /** Evaluation depends on no recipe. */
  private static final Recipe ANY = Recipe.of("lenet-300-100");

  private final Stock stock;
  private final List<Long> seeds;
  private final Progress progress;
  private final Forecast forecast = new Forecast(1);
  private final Map<String, Forecast.Work> works = new HashMap<>();
  private final SortedMap<String, String> settings = new TreeMap<>();
  private final SortedMap<String, String> digests = new TreeMap<>();
  private final List<Module> modules = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();

  /** A lab without work yet. */
  public Lab(Stock stock, List<Long> seeds, Progress progress) {
    this.stock = stock;
    this.seeds = List.copyOf(seeds);
    this.progress = progress;
  }

  List<Long> seeds() {
    return seeds;
  }

  /** Every setting by name, as far as the experiment has said. */
  SortedMap<String, String> settings() {
    return settings;
  }

  /** The digests of the data sets used, by name. */
  SortedMap<String, String> digests() {
    return digests;
  }

  /** A setting for the results. */
  void note(String name, Object value) {
    settings.put(name, value.toString());
  }

  /** A line for the reader, with the time left where it is known. */
  void say(String line) {
    String left =
        forecast
            .left()
            .filter(it -> !it.isZero())
            .map(it -> "; " + Forecast.text(it) + " left")
            .orElse("");
    progress.say(line + left);
  }

  /** A data set. */
  TrainTest data(String name) throws IOException {
    return data(name, UnaryOperator.identity());
  }

  /** A part of a data set. */
  TrainTest data(String name, UnaryOperator<TrainTest> part) throws IOException {
    TrainTest taken = part.apply(stock.data(name));
    digests.put(name, taken.train().digest() + "+" + taken.test().digest());
    note(name + " training images", taken.train().count());
    note(name + " test images", taken.test().count());
    return taken;
  }

  /** The randomness of a seed for some purpose. */
  Generator generator(long seed, String purpose) {
    return new Generator(seed).split(purpose);
  }

  /** An input of networks for a data set. */
  Tensor example(TrainTest data) {
    ImageShape shape = data.spec().shape();
    return RandomFill.normal(
        new Generator(0),
        DType.FLOAT32,
        Shape.of(EXAMPLE_ROWS, shape.channels(), shape.height(), shape.width()),
        0,
        1);
  }

  /** Takes a network over, to be closed with the lab. */
  <M extends Module> M own(M module) {
    modules.add(module);
    return module;
  }

  /**
   * Announces training, for the forecast of the time left.
   *
   * @param work its name, under which {@link #train} reports it
   * @param macs multiply-adds of an image
   * @param images how many, over all seeds and epochs
   */
  void expect(String work, double macs, double images) {
    forecast.announce(
        works.computeIfAbsent(work, _ -> forecast.add(macs)), Math.round(images), false);
  }

  /** Reports a training run under the name of announced work. */
  TrainingListener listener(String work) {
    progress.begin(work);
    Forecast.Work known = works.computeIfAbsent(work, _ -> forecast.add(1));
    return new TrainingListener() {
      private long last;

      @Override
      public void onStart(Trainer trainer) {
        last = System.nanoTime();
      }

      @Override
      public void onStep(StepEvent event) {
        long now = System.nanoTime();
        forecast.steps(known, event.batchSize(), (now - last) / 1e9);
        last = now;
        progress.advance(1);
        progress.forecast(forecast);
      }
    };
  }

  /**
   * A network of the zoo, untrained.
   *
   * @param purpose what its weights are drawn for
   */
  Module untrained(String model, TrainTest data, long seed, String purpose) {
    return own(Models.create(model, data.spec().classes(), generator(seed, purpose)));
  }

  /** A network of the zoo, trained by a recipe's own number of epochs, or taken from the stock. */
  Module dense(String model, TrainTest data, Recipe recipe, long seed) {
    note(model + " recipe", recipe.settings());
    Module module = untrained(model, data, seed, "initial weights");
    String key = "%s %s %d".formatted(model, new Training(data, recipe).denseSettings(), seed);
    boolean first = taken.add(key);
    if (stock.restore(key, module)) {
      if (first) {
        Forecast.Work known = works.computeIfAbsent(model, _ -> forecast.add(1));
        forecast.drop(known, (long) recipe.epochs() * data.train().count(), false);
      }
    } else {
      train(model, module, data, recipe, new Course(recipe.epochs(), seed));
      stock.keep(key, module);
      say(
          "dense %s, seed %d: %s %% error"
              .formatted(model, seed, Numbers.fixed(error(module, data), 2)));
    }
    return module;
  }

  /**
   * One run of training.
   *
   * @param epochs its length
   * @param seed of the order of the images
   * @param round 0 for the first training of a network, counted up for later ones, so that they see
   *     the images in other orders
   * @param loss what is minimised
   */
  record Course(int epochs, long seed, int round, Loss loss) {
    /** The first training of a network, on labels. */
    Course(int epochs, long seed) {
      this(epochs, seed, 0, new CrossEntropy());
    }

    /** A later one. */
    Course(int epochs, long seed, int round) {
      this(epochs, seed, round, new CrossEntropy());
    }
  }

  /** Trains a network with a new optimiser and the recipe's schedule drawn over the course. */
  void train(String work, Module module, TrainTest data, Recipe recipe, Course course) {
    TrainingRecipe runs = new Training(data, recipe).ofStored(course.seed, course.epochs);
    train(work, module, data, recipe, course, runs.rates(runs.steps(course.epochs), false));
  }

  /** Trains a network with a new optimiser at rates of its own. */
  void train(
      String work,
      Module module,
      TrainTest data,
      Recipe recipe,
      Course course,
      LrSchedule rates,
      TrainingListener... more) {
    List<TrainingListener> listeners = new ArrayList<>(List.of(more));
    listeners.add(listener(work));
    new Training(data, recipe)
        .ofStored(course.seed, course.epochs)
        .train(
            module, new TrainingPhase(course.round, course.epochs, rates, course.loss, listeners));
  }

  /** Test error in percent. */
  double error(Module module, TrainTest data) {
    return 100 * (1 - new Training(data, ANY).evaluate(module).top1());
  }

  @Override
  public void close() {
    modules.forEach(Module::close);
    modules.clear();
  }
}
