package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.schedule.RigL;
import dev.espalier.prune.schedule.SparseEvolution;
import dev.espalier.prune.schedule.Window;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Drop-and-grow: what moves where, and what holds after every step. */
class SparseTrainingTest {
  private static final Schedule.DropAndGrow SET = new SparseEvolution(0.3, new Window(0, 0.75, 10));
  private static final Schedule.DropAndGrow RIGL = new RigL(0.3, 10, 0.75);

  private static Method method(Structure structure, Schedule schedule) {
    return new Method(
        "test", "", structure, new Magnitude(), LOCAL, schedule, new Continue(), Floors.NONE);
  }

  /** Six of eight live; a third, the two smallest, goes to the largest gradients elsewhere. */
  @Test
  void theSmallestGoAndTheMostWantedCome() {
    Mask alive = Mask.of(Shape.of(8), true, true, true, true, true, true, false, false);
    double none = Double.NEGATIVE_INFINITY;
    Tensor scores = Tensor.of(Shape.of(8), 6, 1, 5, 2, 4, 3, none, none);
    Tensor wanted = Tensor.of(Shape.of(8), 9.0, 1, 9, 2, 9, 9, 8, 3);
    assertThat(SparseTraining.moved(alive, scores, wanted, 1.0 / 3))
        .isEqualTo(Mask.of(Shape.of(8), true, false, true, false, true, true, true, true));
  }

  @Test
  void whatWasDroppedMayComeBackAtOnce() {
    Mask alive = Mask.of(Shape.of(4), true, true, false, false);
    Tensor scores =
        Tensor.of(Shape.of(4), 2, 1, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
    Tensor wanted = Tensor.of(Shape.of(4), 0.0, 9, 1, 2);
    assertThat(SparseTraining.moved(alive, scores, wanted, 0.5)).isEqualTo(alive);
  }

  @Test
  void theNumberToMoveIsRoundedDown() {
    Mask alive = Mask.of(Shape.of(4), true, true, true, false);
    Tensor scores = Tensor.of(Shape.of(4), 1, 2, 3, Double.NEGATIVE_INFINITY);
    Tensor wanted = Tensor.of(Shape.of(4), 0.0, 0, 0, 1);
    assertThat(SparseTraining.moved(alive, scores, wanted, 0.33)).isEqualTo(alive);
    assertThat(SparseTraining.moved(alive, scores, wanted, 0.34))
        .isEqualTo(Mask.of(Shape.of(4), false, true, true, true));
  }

  @Test
  void aProtectedLayerStaysWholeWhileOthersMove() {
    var toy = new Toy();
    Module module = Toy.network();
    Method method = method(new ElementStructure(), RIGL);
    var pruner =
        new Pruner(module, method, Toy.example(), new Generator(5)).protecting(List.of("4"));
    pruner.pruneAtRandom(0.5, 0.1, 0.5);
    Mask start = module.namedParameters().get("1.weight").mask();
    long steps = toy.steps(Toy.EPOCHS);
    var moving = new SparseTraining(pruner, RIGL, steps);
    toy.train(
        module,
        new TrainingPhase(0, Toy.EPOCHS, toy.rates(steps, false), toy.loss(), List.of(moving)));
    assertThat(module.namedParameters().get("4.weight").mask()).isNull();
    Mask end = module.namedParameters().get("1.weight").mask();
    assertThat(end).isNotEqualTo(start);
    assertThat(end.kept()).isEqualTo(start.kept());
  }

  /** Looks at a training after every step. */
  private static final class Watch implements TrainingListener {
    private final Toy toy;
    private Map<String, Mask> before = new LinkedHashMap<>();
    private final Map<String, Integer> kept = new LinkedHashMap<>();
    private final List<Long> moves = new ArrayList<>();
    private long grown;
    private long denseGradients;

    Watch(Toy toy) {
      this.toy = toy;
    }

    @Override
    public void onStart(Trainer trainer) {
      before = masks(trainer.model());
      before.forEach((name, mask) -> kept.put(name, mask.kept()));
    }

    @Override
    public void beforeUpdate(Trainer trainer, long step) {
      if (trainer.model().namedParameters().get("1.weight").denseGradient()) {
        denseGradients++;
      }
    }

    @Override
    public void afterStep(Trainer trainer, StepEvent event) {
      Map<String, Mask> now = masks(trainer.model());
      if (!now.equals(before)) {
        moves.add(event.step());
      }
      now.forEach(
          (name, mask) -> {
            Parameter parameter = trainer.model().namedParameters().get(name);
            assertThat(mask.kept()).as(name).isEqualTo(kept.get(name));
            assertThat(mask.violations(parameter.tensor())).as(name).isZero();
            Mask fresh = mask.andNot(before.get(name));
            Tensor momentum = toy.optimizer.stateTensors().get(name + "/momentum_buffer");
            assertThat(Mask.nonZeros(parameter.tensor()).and(fresh).kept()).as(name).isZero();
            assertThat(Mask.nonZeros(momentum).and(fresh).kept()).as(name).isZero();
            grown += fresh.kept();
          });
      before = now;
    }

    private static Map<String, Mask> masks(Module module) {
      Map<String, Mask> masks = new LinkedHashMap<>();
      module
          .namedParameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.mask() != null) {
                  assertThat(parameter.maskMode()).isEqualTo(Parameter.MaskMode.HARD);
                  masks.put(name, parameter.mask());
                }
              });
      return masks;
    }
  }

  private static Watch watch(Schedule.DropAndGrow schedule) {
    var toy = new Toy();
    var watch = new Watch(toy);
    Module module =
        toy.run(method(new ElementStructure(), schedule), 0.2, run -> run.withListener(watch));
    assertThat(watch.moves).containsExactly(10L, 20L, 30L, 40L, 50L);
    assertThat(watch.grown).isPositive();
    assertThat(Nets.kept(module)).isLessThan(Nets.parameters(module) / 3);
    assertThat(module.parameters()).noneMatch(Parameter::denseGradient);
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
    return watch;
  }

  @Test
  void rigLKeepsItsDensityAndStartsGrownWeightsAtZero() {
    assertThat(watch(RIGL).denseGradients).isEqualTo(5); // and computes no other dense gradient
  }

  @Test
  void setKeepsItsDensityAndStartsGrownWeightsAtZero() {
    // its window's last step, 54, moves too
    var toy = new Toy();
    var watch = new Watch(toy);
    Module module =
        toy.run(method(new ElementStructure(), SET), 0.2, run -> run.withListener(watch));
    assertThat(watch.moves).containsExactly(10L, 20L, 30L, 40L, 50L, 54L);
    assertThat(watch.denseGradients).isZero();
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
  }

  @Test
  void rigLGrowsWhereTheGradientIsLargest() {
    var toy = new Toy();
    Module module = Toy.network();
    var pruner =
        new Pruner(module, method(new ElementStructure(), RIGL), Toy.example(), new Generator(5));
    pruner.pruneAtRandom(0.2);
    Parameter weight = module.namedParameters().get("4.weight");
    Mask[] before = {null};
    double[][] gradient = {null};
    TrainingListener look =
        new TrainingListener() {
          @Override
          public void beforeUpdate(Trainer trainer, long step) {
            if (step == 10) {
              before[0] = weight.mask();
              gradient[0] = weight.grad().tensor().toDoubleArray();
            }
          }

          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            if (event.step() == 10) {
              trainer.requestStop();
            }
          }
        };
    var moving = new SparseTraining(pruner, RIGL, 72);
    toy.train(
        module, new TrainingPhase(0, 12, toy.rates(72, false), toy.loss(), List.of(look, moving)));
    Mask grown = weight.mask().andNot(before[0]);
    Mask passed = weight.mask().or(before[0]).complement();
    assertThat(grown.kept()).isPositive();
    double least = Double.MAX_VALUE;
    for (int i : grown.positions()) {
      least = Math.min(least, Math.abs(gradient[0][i]));
    }
    for (int i : passed.positions()) {
      assertThat(Math.abs(gradient[0][i])).isLessThanOrEqualTo(least);
    }
  }

  @Test
  void densitiesMayBeGivenPerLayer() {
    Module module = Toy.network();
    var pruner =
        new Pruner(module, method(new ElementStructure(), RIGL), Toy.example(), new Generator(5));
    pruner.pruneAtRandom(0.1, 0.5, 1);
    assertThat(module.namedParameters().get("1.weight").kept()).isEqualTo(154);
    assertThat(module.namedParameters().get("4.weight").kept()).isEqualTo(192);
    assertThat(module.namedParameters().get("6.weight").mask()).isNull();
    assertThatThrownBy(() -> pruner.pruneAtRandom(0.1, 0.5))
        .hasMessageContainingAll("2 are given", "3 layers", "4.weight");
  }

  @Test
  void groupsThatCannotComeBackAreRefused() {
    Module module = Nets.zoo("lenet-300-100");
    Tensor example = Nets.inputs("lenet-300-100", 1);
    var filters =
        new Pruner(module, method(new FilterStructure(), RIGL), example, new Generator(1));
    assertThatThrownBy(() -> new SparseTraining(filters, RIGL, 100))
        .hasMessageContainingAll("'rigl-30%-75%-10'", "'filter'", "fc1.weight", "3 parameters");
    var nm =
        new Pruner(
            module,
            method(new NmStructure(new Granularity.NOfM(2, 4)), SET),
            example,
            new Generator(1));
    assertThatThrownBy(() -> new SparseTraining(nm, SET, 100))
        .hasMessageContainingAll("'set-30%-0%-75%-10'", "'nm-2:4'");
  }
}
