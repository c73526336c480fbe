package dev.espalier.bench.reproduce;

import dev.espalier.bench.study.Recipe;
import dev.espalier.nn.Module;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Distillation;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * A small perceptron learns MNIST from labels, and from LeNet-300-100's outputs besides.
 *
 * <p>Source: G. Hinton, O. Vinyals, J. Dean, Distilling the Knowledge in a Neural Network (2015),
 * section 3: nets of 30 units a layer want low temperatures.
 *
 * @param epochs of teacher and students
 * @param hidden units of the student
 */
record TaughtStudent(int epochs, int hidden) implements SeedBySeed {
  private static final String TEACHER = "lenet-300-100";
  private static final double TEACHER_MACS = 266_200;
  private static final double ALPHA = 0.9;
  private static final List<Double> TEMPERATURES = List.of(2.0, 4.0, 20.0);
  private static final String LABELS = "labels alone";

  /** The sizes that the limits are meant for. */
  TaughtStudent() {
    this(15, 30);
  }

  @Override
  public String name() {
    return "distillation";
  }

  @Override
  public String description() {
    return "a perceptron of 30 hidden units learns more from LeNet-300-100 at a low temperature"
        + " than from labels (Hinton et al. 2015)";
  }

  @Override
  public List<Long> seeds() {
    return List.of(1L, 2L, 3L, 4L);
  }

  @Override
  public void prepare(Lab lab, double perEpoch) {
    lab.expect(TEACHER, TEACHER_MACS, perEpoch * epochs);
    lab.expect("student", 24_000, perEpoch * epochs);
    lab.expect("taught student", 110_000, TEMPERATURES.size() * perEpoch * epochs);
    lab.note("student", "784-%d-10".formatted(hidden));
    lab.note("share of the soft loss", ALPHA);
  }

  @Override
  public void run(Lab lab, TrainTest data, long seed, Tally tally) {
    Recipe recipe = Recipe.of(TEACHER).withEpochs(epochs, 0);
    Arms errors = tally.errors();
    Module teacher = lab.dense(TEACHER, data, recipe, seed);
    errors.add("teacher", lab.error(teacher, data));
    learn(lab, data, recipe, seed, "student", new CrossEntropy(), LABELS, errors);
    for (double temperature : TEMPERATURES) {
      var loss = new Distillation(teacher, new CrossEntropy(), temperature, ALPHA);
      learn(lab, data, recipe, seed, "taught student", loss, at(temperature), errors);
    }
  }

  private static String at(double temperature) {
    return "T = %.0f".formatted(temperature);
  }

  private void learn(
      Lab lab,
      TrainTest data,
      Recipe recipe,
      long seed,
      String work,
      Loss loss,
      String arm,
      Arms errors) {
    Module student =
        lab.own(student(data, hidden, lab.generator(seed, "initial weights of the student")));
    lab.train(work, student, data, recipe, new Lab.Course(epochs, seed, 0, loss));
    errors.add(arm, lab.error(student, data));
  }

  private static Module student(TrainTest data, int hidden, Generator generator) {
    var layers = new LinkedHashMap<String, Module>();
    layers.put("flatten", new Flatten());
    layers.put("fc1", new Linear(data.spec().shape().values(), hidden, generator));
    layers.put("relu1", new ReLU());
    layers.put("fc2", new Linear(hidden, data.spec().classes(), generator));
    return Init.heNormal(generator, new Sequential(layers));
  }

  @Override
  public List<Finding> findings(Tally tally) {
    Arms errors = tally.errors();
    List<Finding> found = new ArrayList<>();
    for (double temperature : TEMPERATURES) {
      String arm = at(temperature);
      List<Double> gain = errors.difference(LABELS, arm);
      String what = "gain over labels at " + arm;
      found.add(
          temperature == TEMPERATURES.getFirst()
              ? Finding.atLeast(what, Unit.POINTS, 0.15, gain)
              : Finding.reported(what, Unit.POINTS, gain));
    }
    found.addAll(errors.reported("error, ", Unit.PERCENT));
    return found;
  }
}
