package dev.espalier.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code study} does not accept, before it has trained or written anything. */
final class StudyRefusalsTest {
  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeAModel() {
    model = TinyModel.write(folder);
  }

  @Test
  void studyFileWithATypoIsNotUnderstoodAndLeavesNothing() throws IOException {
    Path file = folder.resolve("study.yaml");
    Path out = folder.resolve("study");
    Files.writeString(file, "models: [lenet-5]\ndata: [mnist]\nmethods: [random]\nseed: [1, 2]\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(file + ": key 'seed' is unknown; did you mean 'seeds'?");
    Files.writeString(
        file,
        "pairs:\n  - model: lenet-5\n    data: mnist\n    recipe: {epoch: 3}\nmethods: [random]\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(file + ": pairs[0].recipe: key 'epoch' is unknown; did you mean 'epochs'?");
    Files.writeString(file, "models: [lenet-5]\ndata: [mnist\nmethods: [random]\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(
            file
                + ", line 3, column 8: expected ',' or ']', but got : (while parsing a flow"
                + " sequence from line 2, column 7)");
    Files.writeString(file, "models: lenet: 5\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(file + ", line 1, column 14: mapping values are not allowed here");
    Files.writeString(file, "models: [lenet-5]\n\tdata: [mnist]\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(file + ", line 2, column 1: found character");
    Files.writeString(file, "models: [lenet-5]\nmodels: [lenet-5]\n");
    assertThat(CommandRun.refusal(2, "study", file, "--out", out))
        .contains(file + ", line 2, column ", "Duplicate Object property \"models\"");
    assertThat(CommandRun.refusal(2, "study", folder.resolve("none.yaml"), "--out", out))
        .contains("there is no study file", "none.yaml");
    assertThat(CommandRun.refusal(2, "study", "standrad", "--out", out))
        .contains("study 'standrad' is unknown; did you mean 'standard'?");
    assertThat(CommandRun.refusal(2, "study", "standard", "--ratios", 2, "--out", out))
        .contains("--ratios cannot be given beside a study file");
    assertThat(CommandRun.refusal(2, "study", "standard", "--memory", "much", "--out", out))
        .contains("'much' is no size of memory");
    assertThat(out).doesNotExist();
  }

  @Test
  void ratioThatNoNetworkCanReachIsRefusedBeforeTraining() {
    Path out = folder.resolve("study");
    assertThat(
            CommandRun.refusal(
                2,
                "study",
                "--train-images",
                50,
                "--method",
                "random",
                "--ratios",
                "2,1000",
                "--out",
                out))
        .contains(
            "lenet-300-100 on synthetic-digits: compression ratio 1000.0", "can reach at most");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "filter | bn-scale | ranks only channels that a batch normalisation scales, and there are"
            + " none in 'fc1.weight', 'fc2.weight'; use another",
        "element | bn-scale | scorer 'bn-scale' ranks whole channels, which structure 'element'"
            + " divides",
        "element | taylor | scorer 'taylor' ranks whole channels, which structure 'element' divides"
            + " at 'fc1.weight'",
        "filter | cam | the model must end in global average pooling and a linear layer",
        "filter | maxout-wins | the model has no Maxout layer"
      })
  void scorerThatCannotRankTheLayersIsRefusedBeforeTraining(
      String structure, String scorer, String message) {
    Path out = folder.resolve("study");
    Object[] study = {
      "study",
      "--train-images",
      50,
      "--structure",
      structure,
      "--scorer",
      scorer,
      "--ratios",
      2,
      "--out",
      out
    };
    assertThat(CommandRun.refusal(2, study))
        .contains("study: lenet-300-100 on synthetic-digits: ", message)
        .doesNotContain("dense lenet-300-100");
    Object[] prune = {
      "prune",
      "--in",
      model,
      "--train-images",
      50,
      "--structure",
      structure,
      "--scorer",
      scorer,
      "--ratio",
      2,
      "--schedule",
      "cubic",
      "--out",
      out
    };
    CommandRun run = CommandRun.of(prune);
    assertThat(run.code()).as(run::err).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).doesNotContain("trained on");
    assertThat(out).doesNotExist();
  }

  @Test
  void studyThatCannotBeIsNotUnderstoodAndLeavesNothing() {
    Path out = folder.resolve("study");
    assertThat(CommandRun.refusal(2, "study", "--out", out, "--model", "lenet"))
        .contains("'lenet' is unknown", "lenet-300-100");
    assertThat(CommandRun.refusal(2, "study", "--out", out, "--data", "digits"))
        .contains("data set 'digits' is unknown", "synthetic-digits");
    assertThat(CommandRun.refusal(2, "study", "--out", out, "--method", "magic"))
        .contains("'magic' is unknown", "'espalier list methods'");
    assertThat(CommandRun.refusal(2, "study", "--out", out, "--ratios", "2,1"))
        .contains("ratio must be above 1");
    assertThat(CommandRun.refusal(2, "study", "--out", out, "--seeds", "one"))
        .contains("--seeds", "'one'");
    assertThat(out).doesNotExist();
  }

  @Test
  void studyInAFolderOfOtherSettingsIsNotUnderstood() {
    Path out = folder.resolve("study");
    Object[] first = study(out, 1);
    CommandRun run = CommandRun.of(first);
    assertThat(run.code()).as(run::err).isZero();
    assertThat(CommandRun.refusal(2, study(out, 2)))
        .contains("holds a trial of", "with other settings", "use another --out");
  }

  private static Object[] study(Path out, int epochs) {
    return new Object[] {
      "study",
      "--train-images",
      200,
      "--method",
      "random",
      "--ratios",
      2,
      "--epochs",
      epochs,
      "--finetune-epochs",
      0,
      "--out",
      out
    };
  }

  @Test
  void memoryThatNoTrialFitsIsRemarkedOn() {
    List<Object> words = new ArrayList<>(List.of(study(folder.resolve("study"), 1)));
    words.addAll(List.of("--memory", "1k"));
    CommandRun run = CommandRun.of(words.toArray());
    assertThat(run.code()).as(run::err).isZero();
    assertThat(run.out())
        .contains(
            "note: a trial of lenet-300-100 on synthetic-digits is expected to need ",
            " MiB, more than the memory of 1.0 KiB for all, so it runs when no other does");
  }

  /** Files of MNIST whose first images are of one class, so that no shuffling mixes them. */
  @Test
  void imagesInClassOrderAreRefusedToScorersThatNeedData() throws IOException {
    TinyMnist.write(folder, 20);
    Path out = folder.resolve("out");
    for (int images : new int[] {20, 60}) {
      Object[] prune = {
        "prune",
        "--in",
        model,
        "--ratio",
        2,
        "--scorer",
        "gradient",
        "--data",
        "mnist",
        "--data-dir",
        folder,
        "--train-images",
        images,
        "--out",
        out
      };
      CommandRun run = CommandRun.of(prune);
      assertThat(run.code()).as(run::err).isEqualTo(2);
      assertThat(run.err())
          .contains(
              "scoring data: the %d training images are of %d of the 10 classes of 'mnist'"
                  .formatted(images, images / 20));
      Object[] study = {
        "study",
        "--model",
        "lenet-300-100",
        "--ratios",
        2,
        "--scorer",
        "gradient",
        "--data",
        "mnist",
        "--data-dir",
        folder,
        "--train-images",
        images,
        "--out",
        out
      };
      run = CommandRun.of(study);
      assertThat(run.code()).as(run::err).isEqualTo(2);
      assertThat(run.err()).contains("lenet-300-100 on mnist: scoring data: ");
      assertThat(run.out()).doesNotContain("dense lenet-300-100");
    }
    assertThat(out).doesNotExist();
  }
}
