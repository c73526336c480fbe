package dev.espalier.bench.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Provides;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and the fences inside them. */
final class ArchitectureTest {
  /** Whom each module may know; cuda is found as a service, so nobody knows it. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "tensor", Set.of(),
          "autograd", Set.of("tensor"),
          "nn", Set.of("autograd", "tensor"),
          "prune", Set.of("nn", "autograd", "tensor"),
          "cuda", Set.of("tensor"),
          "bench", Set.of("prune", "nn", "autograd", "tensor"));

  private static final Set<String> NEED_ONLY_THE_JDK = Set.of("tensor", "autograd", "nn", "prune");
  private static final String VECTOR_API = "jdk.incubator.vector";
  private static final String VECTOR_PACKAGE = "dev.espalier.tensor.cpu.vector";

  private static final Map<String, OurModule> MODULES = OurModule.all();
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importLocations(MODULES.values().stream().map(OurModule::location).toList());

  @Test
  void everyModuleIsSeenAndKeepsToItsOwnPackages() {
    assertThat(MODULES).containsOnlyKeys(ARROWS.keySet());
    MODULES.forEach(
        (name, module) ->
            assertThat(CLASSES.that(module.contains()))
                .filteredOn(it -> !it.getSimpleName().endsWith("-info"))
                .as(name)
                .isNotEmpty()
                .allMatch(it -> isWithin(it.getPackageName(), OurModule.PREFIX + name)));
  }

  @Test
  void classesFollowTheArrows() {
    ARROWS.forEach(
        (name, known) -> {
          Set<String> forbidden = new TreeSet<>(ARROWS.keySet());
          forbidden.removeAll(known);
          forbidden.remove(name);
          noClasses()
              .that()
              .resideInAPackage(OurModule.PREFIX + name + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(
                  forbidden.stream().map(it -> OurModule.PREFIX + it + "..").toArray(String[]::new))
              .check(CLASSES);
        });
  }

  @Test
  void descriptorsFollowTheArrows() {
    ARROWS.forEach(
        (name, known) ->
            assertThat(MODULES.get(name).required())
                .as(name)
                .filteredOn(it -> it.startsWith(OurModule.PREFIX))
                .allMatch(it -> known.contains(it.substring(OurModule.PREFIX.length()))));
  }

  @Test
  void theLibraryNeedsOnlyTheJdk() {
    for (String name : NEED_ONLY_THE_JDK) {
      classes()
          .that()
          .resideInAPackage(OurModule.PREFIX + name + "..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "javax..", "jdk..", OurModule.PREFIX + ".", "")
          .check(CLASSES);
      assertThat(MODULES.get(name).required())
          .as(name)
          .contains("java.base")
          .allMatch(it -> it.matches("(java|jdk|dev\\.espalier)\\..*"));
    }
  }

  @Test
  void onlyItsOwnPackageKnowsTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage(VECTOR_PACKAGE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(VECTOR_API)
        .check(CLASSES);
    assertThat(CLASSES)
        .as("classes that use the Vector API")
        .anyMatch(ArchitectureTest::usesTheVectorApi);
  }

  @Test
  void kernelsAreExportedToTheirBenchmarksAlone() {
    ModuleDescriptor tensor = MODULES.get("tensor").descriptor();
    assertThat(tensor.packages()).contains("dev.espalier.tensor.cpu", VECTOR_PACKAGE);
    assertThat(tensor.exports())
        .filteredOn(it -> isWithin(it.source(), "dev.espalier.tensor.cpu"))
        .allSatisfy(it -> assertThat(it.targets()).containsExactly("dev.espalier.bench"));
    assertThat(tensor.exports()).extracting(Exports::source).contains("dev.espalier.tensor");
  }

  @Test
  void servicesAreDeclaredForBothPaths() throws IOException {
    int seen = 0;
    for (OurModule module : MODULES.values()) {
      for (Provides provided : module.descriptor().provides()) {
        assertThat(module.servicesFile(provided.service())).isEqualTo(provided.providers());
        seen++;
      }
    }
    assertThat(seen).as("provided services").isPositive();
  }

  private static boolean usesTheVectorApi(JavaClass it) {
    return it.getDirectDependenciesFromSelf().stream()
        .anyMatch(on -> on.getTargetClass().getPackageName().equals(VECTOR_API));
  }

  private static boolean isWithin(String packageName, String root) {
    return packageName.equals(root) || packageName.startsWith(root + ".");
  }
}
