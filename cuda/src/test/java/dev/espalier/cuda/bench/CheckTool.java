package dev.espalier.cuda.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of everything that happens on a device, outside of a build: {@code gpu check} on
 * the command line finds it by its name, {@code cuda-check}, where this jar of tests is.
 *
 * <p>The emulator runs a few of them unless all are asked for: the build has run them all there.
 */
public final class CheckTool implements ToolProvider {
  private static final Device DEVICE = new Device("cuda", 0);
  private static final String TESTS = "dev.espalier.cuda.";
  private static final String CONTRACT = TESTS + "CudaBackendTest";

  private static final List<String> FEW =
      List.of("bench.DeviceTest", "CapturedTrainingTest", "ops.SparseSoftmaxTest");
  private static final List<String> OTHERS =
      List.of(
          "MaskedWeightTest",
          "ops.TensorCoreProductsTest",
          "ops.TensorCoreConvolutionTest",
          "ops.TensorCoreConvolutionChoiceTest",
          "ops.TilesTest",
          "codegen.FrozenLayersTest");

  /** For {@link java.util.ServiceLoader}. */
  public CheckTool() {}

  private record Options(Path out, Pattern filter, boolean all) {
    static Options parse(List<String> arguments) {
      Path out = null;
      Pattern filter = Pattern.compile("");
      boolean all = false;
      for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
        String name = rest.next();
        if (name.equals("--all")) {
          all = true;
        } else if (name.equals("--out") && rest.hasNext()) {
          out = Path.of(rest.next());
        } else if (name.equals("--filter") && rest.hasNext()) {
          filter = Pattern.compile(rest.next());
        } else {
          throw new IllegalArgumentException(
              "'%s' is not known or lacks its value; it takes --out DIR, --filter REGEX and --all"
                  .formatted(name));
        }
      }
      return new Options(out, filter, all);
    }
  }

  @Override
  public String name() {
    return "cuda-check";
  }

  /** Exit codes: 0 all passed, 1 something failed or there is no device, 2 not understood. */
  @Override
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    try {
      return run(out, Options.parse(List.of(arguments))) ? 0 : 1;
    } catch (PatternSyntaxException e) {
      err.println(name() + ": --filter: " + e.getMessage());
      return 2;
    } catch (IllegalArgumentException e) {
      err.println(name() + ": " + e.getMessage());
      return 2;
    } catch (UnsupportedOperationException | IOException e) {
      err.println(name() + ": " + e.getMessage());
      return 1;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static boolean run(PrintWriter out, Options options) throws IOException {
    String device = Backends.of(DEVICE).name();
    out.println(device);
    boolean few = BenchTool.isEmulated() && !options.all();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(few ? few() : all())
            .filters(filter(options.filter()))
            .build();
    try (var rows = new RowLog(options.out(), "check.jsonl")) {
      rows.append(
          new JsonRow()
              .put("row", "device")
              .put("device", device)
              .put("emulated", BenchTool.isEmulated())
              .put("commit", System.getProperty("espalier.commit", "unknown"))
              .put("java", Runtime.version().toString()));
      var results = new CheckResults(rows, out);
      LauncherFactory.create().execute(request, results);
      return results.end();
    }
  }

  private static List<DiscoverySelector> few() {
    return Stream.concat(
            FEW.stream().map(test -> (DiscoverySelector) selectClass(TESTS + test)),
            Stream.of(
                selectNestedClass(
                    List.of(CONTRACT), "dev.espalier.tensor.contract.BackendContract$Softmax")))
        .toList();
  }

  private static List<DiscoverySelector> all() {
    return Stream.of(Stream.of("CudaBackendTest"), FEW.stream(), OTHERS.stream())
        .flatMap(tests -> tests)
        .map(test -> (DiscoverySelector) selectClass(TESTS + test))
        .toList();
  }

  /** Looks into the names of methods; which invocations of one there are, only a run tells. */
  private static PostDiscoveryFilter filter(Pattern pattern) {
    return (TestDescriptor test) ->
        FilterResult.includedIf(
            !test.getChildren().isEmpty() || pattern.matcher(name(test.getUniqueId())).find());
  }

  /** Such as {@code CudaBackendTest.Softmax.rows()}. */
  static String name(UniqueId test) {
    List<UniqueId.Segment> segments = test.getSegments();
    var name = new StringBuilder();
    for (UniqueId.Segment segment : segments.subList(1, segments.size())) {
      String value = segment.getValue();
      boolean isClass = segment.getType().equals("class");
      name.append(name.isEmpty() || value.startsWith("#") ? "" : ".")
          .append(isClass ? value.substring(value.lastIndexOf('.') + 1) : value);
    }
    return name.toString();
  }
}
