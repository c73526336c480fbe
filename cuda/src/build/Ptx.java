import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Compares the checked-in PTX with its sources ({@code check}) or compiles what is stale ({@code
 * build}): {@code Ptx MODE SOURCES RESOURCES TABLE}.
 *
 * <p>Each PTX file begins with its manifest: a hash of its source, of all that the source includes
 * and of the flags; a hash of the text below; the compiler; the lowest ISA version with which the
 * toolkit's assembler accepts the text; and what each kernel takes on each architecture. Drivers
 * refuse versions newer than themselves, so {@code .version} is lowered to that.
 *
 * <p>A source whose first line is {@code // target: 90a} is compiled for that architecture instead
 * of for {@value #TARGET}. One whose first line is {@code // functions} has no kernels: its
 * functions are kept for kernels that are written at run time.
 */
final class Ptx {
  private static final String TARGET = "80";

  /** Changes when the manifest gets another form. */
  private static final String FORMAT = "2";

  /** Where what kernels take is recorded; the newest needs a toolkit that knows it. */
  private static final List<String> ARCHITECTURES = List.of("80", "90", "100");

  private static final List<String> FLAGS = List.of("-ptx", "-O3", "-lineinfo", "--std=c++17");

  /** From the first that knows sm_80 on. */
  private static final List<String> VERSIONS =
      List.of(
          "7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "7.7", "7.8", "8.0", "8.1", "8.2", "8.3",
          "8.4", "8.5", "8.6", "8.7", "8.8", "9.0");

  private static final Pattern TARGET_LINE = Pattern.compile("\\A// target: (\\w+)\\R");
  private static final Pattern FLAGS_LINE = Pattern.compile("\\A// flags: (.+)\\R");
  private static final Pattern INCLUDE = Pattern.compile("(?m)^\\s*#\\s*include\\s*\"([^\"]+)\"");
  private static final Pattern FILE_LINE =
      Pattern.compile("(?m)^(\\s*\\.file\\s+\\d+\\s+)\"([^\"]*)\".*$");

  /** A hint on the load that follows, which alone would ask for ISA 8.3. */
  private static final Pattern HINT =
      Pattern.compile("(?m)^\\s*\\.pragma\\s+\"used_bytes_mask[^\"]*\";\\R");

  private static final Pattern VERSION_LINE = Pattern.compile("(?m)^\\.version .*$");
  private static final Pattern MANIFEST =
      Pattern.compile("\\A// source +(\\p{XDigit}{64})\\n// text +(\\p{XDigit}{64})\\n");

  private final Path sources;
  private final Path ptx;

  private final Path table;

  private Ptx(Path sources, Path ptx, Path table) {
    this.sources = sources;
    this.ptx = ptx;
    this.table = table;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    var tool = new Ptx(Path.of(args[1]).toRealPath(), Path.of(args[2]), Path.of(args[3]));
    switch (args[0]) {
      case "check" -> tool.check();
      case "build" -> tool.build();
      default -> fail("-Dptx takes 'check' or 'build', not '%s'.", args[0]);
    }
  }

  private static void fail(String message, Object... values) {
    System.err.println(message.formatted(values));
    System.exit(1);
  }

  // ---- what there is

  private static Stream<Path> files(Path folder, String ending) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(ending)).sorted().toList().stream();
    }
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  private Path compiled(Path source) {
    return ptx.resolve(stem(source) + ".ptx");
  }

  /** Compiled files whose source is gone. */
  private List<Path> orphans() throws IOException {
    return files(ptx, ".ptx")
        .filter(file -> !Files.exists(sources.resolve(stem(file) + ".cu")))
        .toList();
  }

  /** Why a source's PTX cannot be used, or empty. */
  private Optional<String> complaint(Path source) {
    try {
      Path file = compiled(source);
      if (!Files.exists(file)) {
        return Optional.of("was never compiled");
      }
      String text = Files.readString(file);
      Matcher manifest = MANIFEST.matcher(text);
      if (!manifest.find()) {
        return Optional.of("has a PTX file without a manifest");
      }
      if (!manifest.group(1).equals(sourceHash(source))) {
        return Optional.of("or something it includes, or a flag, is newer than its PTX");
      }
      return manifest.group(2).equals(hash(text.substring(manifest.end())))
          ? Optional.empty()
          : Optional.of("has a PTX file that was edited by hand or merged");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void check() throws IOException {
    List<String> complaints = new ArrayList<>();
    files(sources, ".cu")
        .forEach(
            source ->
                complaint(source)
                    .ifPresent(why -> complaints.add(source.getFileName() + " " + why)));
    orphans().forEach(file -> complaints.add(file.getFileName() + " has no source any more"));
    if (complaints.isEmpty() && !(Files.exists(table) && Files.readString(table).equals(page()))) {
      complaints.add(table.getFileName() + " does not list what is there");
    }
    if (!complaints.isEmpty()) {
      fail(
          "The shipped PTX is stale:%n  %s%nCompile it with: mvn -pl cuda -am -Dfast -Dptx=build"
              + " package (needs nvcc), and commit the result.",
          String.join("\n  ", complaints));
    }
  }

  // ---- hashes

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private String sourceHash(Path source) throws IOException {
    var texts = new TreeMap<String, String>();
    collect(source, texts);
    var all = new StringBuilder(FORMAT + ' ' + String.join(" ", flags(texts.get(name(source)))));
    texts.forEach((name, text) -> all.append("\n== ").append(name).append('\n').append(text));
    return hash(all.toString());
  }

  /** A source and what it includes from this folder; the toolkit's headers belong to nvcc. */
  private void collect(Path file, TreeMap<String, String> texts) throws IOException {
    if (texts.containsKey(name(file))) {
      return;
    }
    String text = Files.readString(file).replace("\r\n", "\n");
    texts.put(name(file), text);
    Matcher include = INCLUDE.matcher(text);
    while (include.find()) {
      Path included = file.resolveSibling(include.group(1)).normalize();
      if (Files.exists(included)) {
        collect(included, texts);
      }
    }
  }

  private String name(Path file) {
    return sources.relativize(file).toString().replace('\\', '/');
  }

  private static String target(String source) {
    Matcher line = TARGET_LINE.matcher(source);
    return line.find() ? line.group(1) : TARGET;
  }

  private static List<String> flags(String source) {
    List<String> flags = new ArrayList<>(FLAGS);
    flags.add("-arch=compute_" + target(source));
    Matcher besides = FLAGS_LINE.matcher(source);
    if (besides.find()) {
      flags.addAll(List.of(besides.group(1).split(" ")));
    }
    return flags;
  }

  // ---- compiling

  private void build() throws IOException, InterruptedException {
    Files.createDirectories(ptx);
    for (Path orphan : orphans()) {
      Files.delete(orphan);
      System.out.println("Deleted " + orphan.getFileName());
    }
    List<Path> stale = files(sources, ".cu").filter(s -> complaint(s).isPresent()).toList();
    Path work = Files.createTempDirectory("ptx");
    try {
      for (Path source : stale) {
        compile(source, work);
      }
    } finally {
      for (Path file : files(work, "").toList()) {
        Files.delete(file);
      }
      Files.delete(work);
    }
    Files.writeString(table, page());
  }

  private String page() throws IOException {
    var modules = new TreeMap<String, String>();
    for (Path file : files(ptx, ".ptx").toList()) {
      modules.put(stem(file), Files.readString(file));
    }
    return KernelTable.page(modules);
  }

  private void compile(Path source, Path work) throws IOException, InterruptedException {
    String code = Files.readString(source);
    Path raw = work.resolve("raw.ptx");
    List<String> command = new ArrayList<>(List.of("nvcc"));
    command.addAll(flags(code));
    command.addAll(List.of(source.toString(), "-o", raw.toString()));
    Result nvcc = run(command);
    if (nvcc.status != 0) {
      fail("%s%n%s does not compile.", nvcc.output, source.getFileName());
    }
    System.out.print(nvcc.output);
    String text = HINT.matcher(withoutMachinePaths(Files.readString(raw))).replaceAll("");
    for (String version : VERSIONS) {
      String candidate = VERSION_LINE.matcher(text).replaceFirst(".version " + version);
      Path file = work.resolve("candidate.ptx");
      Files.writeString(file, candidate);
      List<String> ptxas =
          List.of("ptxas", "-arch=sm_" + target(code), file.toString(), "-o", work + "/out.cubin");
      if (run(ptxas).status == 0) {
        String body = manifestTail(code, version) + usage(code, file, work) + "\n" + candidate;
        Files.writeString(
            compiled(source),
            "// source %s\n// text   %s\n".formatted(sourceHash(source), hash(body)) + body);
        System.out.printf("Compiled %s for ISA %s%n", source.getFileName(), version);
        return;
      }
    }
    fail("No ISA version up to %s lets ptxas accept %s.", VERSIONS.getLast(), source.getFileName());
  }

  private static String manifestTail(String code, String version)
      throws IOException, InterruptedException {
    String compiler =
        run(List.of("nvcc", "--version"))
            .output
            .lines()
            .filter(line -> line.contains("release"))
            .map(line -> line.substring(line.indexOf("release ") + "release ".length()))
            .findFirst()
            .orElse("of unknown version");
    return "// nvcc %s: %s\n// ISA %s: the lowest that ptxas accepts for sm_%s\n"
        .formatted(compiler, String.join(" ", flags(code)), version, target(code));
  }

  /** What each kernel takes on each architecture that can run the text and that ptxas knows. */
  private static String usage(String code, Path file, Path work)
      throws IOException, InterruptedException {
    var lines = new StringBuilder();
    String only = target(code);
    for (String number : only.equals(TARGET) ? ARCHITECTURES : List.of(only)) {
      String architecture = "sm_" + number;
      Result ptxas =
          run(
              List.of(
                  "ptxas",
                  "-v",
                  "-arch=" + architecture,
                  file.toString(),
                  "-o",
                  work + "/out.cubin"));
      if (ptxas.status == 0) {
        Usage.ofPtxas(architecture, ptxas.output).forEach(usage -> lines.append(usage.line()));
      } else {
        System.out.printf("ptxas does not assemble %s for %s%n", file, architecture);
      }
    }
    return lines.toString();
  }

  /** Line information names files by the machine's paths; here by the folder's, or by name. */
  private String withoutMachinePaths(String text) {
    return FILE_LINE
        .matcher(text)
        .replaceAll(
            line -> {
              Path path = Path.of(line.group(2)).normalize();
              String shown =
                  path.startsWith(sources) ? name(path) : "toolkit/" + path.getFileName();
              return Matcher.quoteReplacement(line.group(1) + '"' + shown + '"');
            });
  }

  private record Result(int status, String output) {}

  private static Result run(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException _) {
      fail(
          "'%s' is not on the PATH; -Dptx=build needs NVIDIA's CUDA toolkit (without -Dptx=build"
              + " the shipped PTX is used).",
          command.getFirst());
      throw new AssertionError();
    }
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), output);
  }
}
