package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.train.Checkpoint;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.ops.CrossoverProbe;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Crossover.Rule;
import dev.espalier.tensor.sparse.Granularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a few hundred generated images, one after the other as a user would. */
final class CommandsTest {
  private static final Pattern TOP1 = Pattern.compile("top-1 ([0-9.]+) %");

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static Path model;
  private static Path pruned;
  private static CommandRun training;
  private static CommandRun pruning;

  @BeforeAll
  static void trainAndPrune() {
    model = shared.resolve("model.safetensors");
    pruned = shared.resolve("pruned.safetensors");
    training = CommandRun.of("train", "--train-images", 400, "--epochs", 2, "--out", shared);
    pruning =
        CommandRun.of("prune", "--in", model, "--ratio", 4, "--train-images", 400, "--out", pruned);
  }

  private static double top1(String line) {
    Matcher found = TOP1.matcher(line);
    assertThat(found.find()).as(line).isTrue();
    return Double.parseDouble(found.group(1));
  }

  @Test
  void trainingTellsItsEpochsAndWritesModelLogAndCheckpoint() {
    assertThat(training.code()).as(training::err).isZero();
    assertThat(training.err()).isEmpty();
    assertThat(training.out().lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("epoch 1 of 2: loss "),
            line -> assertThat(line).startsWith("epoch 2 of 2: loss "),
            line -> assertThat(line).isEqualTo("wrote " + model));
    assertThat(top1(training.out())).as("chance is 10 %").isGreaterThan(20);
    assertThat(shared.resolve("log.jsonl")).isNotEmptyFile();
    try (Checkpoint checkpoint = Checkpoint.read(shared.resolve("checkpoint.safetensors"))) {
      assertThat(checkpoint.step()).isEqualTo(2 * 4);
    }
  }

  @Test
  void notesOfAModelFileAreInOrderSoThatItsBytesDependOnNothingElse() {
    assertThat(PrunedModelFile.notes(model).keySet()).containsExactly("classes", "model");
  }

  @Test
  void resumedTrainingEndsWithTheSameBytes() throws IOException {
    Files.copy(shared.resolve("checkpoint.safetensors"), folder.resolve("checkpoint.safetensors"));
    CommandRun resumed =
        CommandRun.of("train", "--train-images", 400, "--epochs", 2, "--resume", "--out", folder);
    assertThat(resumed.code()).as(resumed::err).isZero();
    assertThat(resumed.out()).startsWith("resumed at step 8\n").doesNotContain("epoch");
    assertThat(folder.resolve("model.safetensors")).hasSameBinaryContentAs(model);
  }

  @Test
  void pruningShowsAccuracyAndLayersAndReachesItsRatio() throws IOException {
    assertThat(pruning.code()).as(pruning::err).isZero();
    assertThat(pruning.out())
        .containsSubsequence("before", "pruned", "trained on", "fc1", "fc2", "fc3", "total")
        .containsPattern("total +266,610 +66,65[123] +25\\.00 %")
        .endsWith("wrote " + pruned + "\n");
    assertThat(top1(pruning.out())).isEqualTo(top1(training.out().lines().toList().get(1)));
    assertThat(Files.size(pruned)).isLessThan(Files.size(model) / 3);
  }

  @Test
  void evaluationOfThePrunedFileShowsWhatPruningShowed() {
    CommandRun eval = CommandRun.of("eval", "--in", pruned, "--train-images", 0);
    assertThat(eval.code()).as(eval::err).isZero();
    String trainedOn =
        pruning.out().lines().filter(line -> line.startsWith("trained on")).findFirst().get();
    assertThat(top1(eval.out())).isEqualTo(top1(trainedOn));
    assertThat(eval.out())
        .contains("10000 images: top-1", "25.00 %")
        .containsPattern("(?m)^  9 +[0-9.]+ %$");
  }

  @Test
  void compilationShowsTheProgramAndALineForEachBatchSize() {
    CommandRun compile =
        CommandRun.of("compile", "--in", pruned, "--batch", "1,3", "--seconds", 0.01, "--profile");
    assertThat(compile.code()).as(compile::err).isZero();
    assertThat(compile.out())
        .contains("linear fc1.weight + relu", "linear fc2.weight + relu", "linear fc3.weight")
        .containsPattern("batch +compiled ms +dense ms +ratio")
        .containsPattern("(?m)^ +1 +[0-9.]+ +[0-9.]+ +[0-9.]+x$")
        .containsPattern("(?m)^ +3 +[0-9.]+ +[0-9.]+ +[0-9.]+x$")
        .contains("us for 1 rows", "us for 3 rows");
  }

  @Test
  void shrinkingWritesASmallerNetworkThatCompiles() {
    Path small = folder.resolve("small.safetensors");
    CommandRun shrink =
        CommandRun.of(
            "prune",
            "--in",
            model,
            "--method",
            "filter-magnitude",
            "--density",
            0.5,
            "--shrink",
            "--train-images",
            100,
            "--finetune-epochs",
            0,
            "--out",
            small);
    assertThat(shrink.code()).as(shrink::err).isZero();
    // 784·150 + 150 + 150·50 + 50 + 50·10 + 10
    assertThat(shrink.out())
        .contains("shrunk from 266610 to 125810 parameters", "150 channels of", "50 channels of");
    CommandRun compile = CommandRun.of("compile", "--in", small, "--batch", 1, "--seconds", 0.01);
    assertThat(compile.code()).as(compile::err).isZero();
  }

  @Test
  void methodsInsideTrainingAndThoseThatGoBackPruneStoredModelsToo() {
    for (String method : List.of("gradual-magnitude", "rigl", "lottery-ticket", "scratch-e")) {
      CommandRun run =
          CommandRun.of(
              "prune",
              "--in",
              model,
              "--method",
              method,
              "--rewind-to",
              model,
              "--density",
              0.5,
              "--train-images",
              100,
              "--out",
              folder.resolve(method));
      assertThat(run.code()).as(run::err).isZero();
      assertThat(run.out()).containsSubsequence("before", "trained on", "wrote");
    }
  }

  @Test
  void studyRunsFromTheCommandLine() throws IOException {
    CommandRun study =
        CommandRun.of(
            "study",
            "--train-images",
            100,
            "--epochs",
            1,
            "--finetune-epochs",
            1,
            "--method",
            "layer-magnitude",
            "--ratios",
            3,
            "--seeds",
            5,
            "--latency-batch",
            2,
            "--out",
            folder);
    assertThat(study.code()).as(study::err).isZero();
    assertThat(study.out())
        .contains("dense lenet-300-100 on synthetic-digits, seed 5: top-1")
        .contains("layer-magnitude at ratio 3, seed 5: top-1", "3.0× smaller")
        .contains("wrote " + folder.resolve("report.html"));
    assertThat(Files.readAllLines(folder.resolve("results.jsonl"))).hasSize(1);
  }

  @Test
  void networksThatAStudyKeepsAreReadByOtherCommands() throws IOException {
    CommandRun study =
        CommandRun.of(
            "study",
            "--train-images",
            100,
            "--epochs",
            1,
            "--finetune-epochs",
            0,
            "--scope",
            "local",
            "--ratios",
            2.5,
            "--latency-batch",
            2,
            "--keep-networks",
            "--out",
            folder);
    assertThat(study.code()).as(study::err).isZero();
    Path network =
        folder.resolve(
            "networks/lenet-300-100-synthetic-digits/"
                + "element%2Fmagnitude%2Flocal%2Fone-shot%2Fcontinue-2.5-1.safetensors");
    CommandRun eval = CommandRun.of("eval", "--in", network);
    assertThat(eval.code()).as(eval::err).isZero();
    String trial = study.out().lines().filter(line -> line.contains("ratio 2.5")).findFirst().get();
    assertThat(top1(eval.out())).isEqualTo(top1(trial));
  }

  @Test
  void studyComposesAMethodOfTheAxes() throws IOException {
    CommandRun study =
        CommandRun.of(
            "study",
            "--train-images",
            100,
            "--epochs",
            1,
            "--finetune-epochs",
            2,
            "--scorer",
            "random",
            "--scope",
            "local",
            "--schedule",
            "iterative-2",
            "--ratios",
            3,
            "--latency-batch",
            2,
            "--out",
            folder);
    assertThat(study.code()).as(study::err).isZero();
    assertThat(Files.readAllLines(folder.resolve("results.jsonl")))
        .singleElement()
        .asString()
        .contains("\"method\":\"element/random/local/iterative-2/continue\"")
        .contains("\"scorer\":\"random\"", "\"schedule\":\"iterative-2\"");
  }

  @Test
  void pruningComposesAMethodOfTheAxes() {
    CommandRun prune =
        CommandRun.of(
            "prune",
            "--in",
            model,
            "--scorer",
            "gradient",
            "--scope",
            "local",
            "--ratio",
            4,
            "--train-images",
            100,
            "--finetune-epochs",
            0,
            "--out",
            folder.resolve("composed.safetensors"));
    assertThat(prune.code()).as(prune::err).isZero();
    assertThat(prune.out()).containsPattern("total +266,610 +66,65[123] +25\\.00 %");
  }

  @Test
  void densitiesOfLayersSayHowFarToPrune() {
    CommandRun prune =
        CommandRun.of(
            "prune",
            "--in",
            model,
            "--densities",
            "fc1=0.08,fc2=0.09,fc3=0.26",
            "--schedule",
            "iterative-2",
            "--train-images",
            100,
            "--finetune-epochs",
            0,
            "--out",
            folder.resolve("han.safetensors"));
    assertThat(prune.code()).as(prune::err).isZero();
    // 18,816 of fc1, 2,700 of fc2 and 260 of fc3, with all biases
    assertThat(prune.out()).containsPattern("total +266,610 +22,186 ");
  }

  @Test
  void listsSayWhatThereIs() {
    CommandRun all = CommandRun.of("list");
    assertThat(all.code()).as(all::err).isZero();
    assertThat(all.out())
        .contains("methods\n  global-magnitude", "models\n  lenet-300-100", "data\n  mnist")
        .contains("structures\n  element", "scorers\n  magnitude", "schedules\n  one-shot")
        .contains("scopes\n  local", "finetunes\n  continue", "studies\n  standard");
    CommandRun one = CommandRun.of("list", "schedules");
    assertThat(one.out()).startsWith("one-shot ").doesNotContain("magnitude");
    assertThat(CommandRun.of("list", "data").out())
        .contains("cifar-10", "3x32x32, 10 classes, from files");
  }

  @Test
  void tuningWritesATableThatCanBeRead() throws IOException {
    Path table = folder.resolve("new").resolve("crossover.txt");
    CommandRun tune = CommandRun.of("tune", "--cases", 1, "--out", table);
    assertThat(tune.code()).as(tune::err).isZero();
    int rules = Crossover.parse(table).rules().size();
    assertThat(rules).isPositive();
    assertThat(tune.out())
        .startsWith("1 layers, up to four products each\n")
        .endsWith(rules + " rules written to " + table + "\n");
    assertThat(table).content().startsWith("# espalier tune, ");
  }

  @Test
  void checkingATableNamesTheChoicesThatLose() {
    Path never = folder.resolve("never.txt");
    CrossoverProbe.write(Crossover.of(List.of()), List.of("nothing runs sparse"), never);
    CommandRun spared = CommandRun.of("tune", "--cases", 1, "--threads", 1, "--check", never);
    assertThat(spared.code()).as(spared::err).isZero();
    assertThat(spared.out()).contains("slower than dense by more than 3 %: 0\n");

    // at six tenths of the weight, gathering the values anew alone outweighs what is left out
    Path always = folder.resolve("always.txt");
    List<Rule> rules =
        Stream.of(Direction.FORWARD, Direction.GRAD_INPUT, Direction.GRAD_WEIGHT)
            .map(
                way -> new Rule(Family.LINEAR, way, new Granularity.Element(), 0, 0, Kernel.CSR, 1))
            .toList();
    CrossoverProbe.write(Crossover.of(rules), List.of("everything runs sparse"), always);
    CommandRun blamed = CommandRun.of("tune", "--cases", 1, "--threads", 1, "--check", always);
    assertThat(blamed.code()).as(blamed::err).isEqualTo(1);
    assertThat(blamed.out())
        .containsPattern("slower than dense by more than 3 %: [1-9][0-9]*\nlinear .* csr .*x\n");
  }

  @Test
  void speedUpIsReachedByMultiplesOfFilters() {
    Path small = folder.resolve("small.safetensors");
    CommandRun prune =
        CommandRun.of(
            "prune",
            "--in",
            model,
            "--structure",
            "filter",
            "--scorer",
            "taylor",
            "--score-images",
            64,
            "--scope",
            "sensitivity",
            "--speedup",
            2,
            "--round-to",
            4,
            "--shrink",
            "--finetune-epochs",
            0,
            "--train-images",
            400,
            "--out",
            small);
    assertThat(prune.code()).as(prune::err).isZero();
    Matcher removed = Pattern.compile("(\\d+) channels of (fc[12])").matcher(prune.out());
    int layers = 0;
    while (removed.find()) {
      int left = (removed.group(2).equals("fc1") ? 300 : 100) - Integer.parseInt(removed.group(1));
      assertThat(left % 4).as(prune::out).isZero();
      layers++;
    }
    assertThat(layers).as(prune::out).isPositive();
  }

  @Test
  void sensitivityOfEachLayerIsPrintedAndDrawn() throws IOException {
    Path out = folder.resolve("curves");
    CommandRun run =
        CommandRun.of(
            "sensitivity",
            "--in",
            model,
            "--train-images",
            400,
            "--score-images",
            200,
            "--out",
            out);
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out())
        .containsSubsequence("layer", "10 %", "90 %", "100 %", "fc1", "fc2", "fc3")
        .contains("wrote " + out.resolve("sensitivity.svg"));
    List<String> lines = Files.readAllLines(out.resolve("sensitivity.csv"));
    assertThat(lines).hasSize(1 + 3 * 10).startsWith("layer,density,top1");
    assertThat(lines.get(1)).startsWith("fc1.weight,0.1,");
    assertThat(Files.readString(out.resolve("sensitivity.svg")))
        .startsWith("<svg")
        .contains("fc2.weight, 50 % left: top-1 ");
  }
}
