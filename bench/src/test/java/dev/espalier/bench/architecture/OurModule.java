package dev.espalier.bench.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.Location;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One of the modules that this test runs with, in a class folder or a jar, on either path.
 *
 * @param name without the prefix, such as {@code tensor}
 */
record OurModule(String name, ModuleReference reference) {
  static final String PREFIX = "dev.espalier.";

  /** All of them, by name. */
  static Map<String, OurModule> all() {
    Path[] places =
        Stream.of("jdk.module.path", "java.class.path")
            .flatMap(path -> Stream.of(System.getProperty(path, "").split(File.pathSeparator)))
            .map(Path::of)
            .filter(OurModule::isOurs)
            .toArray(Path[]::new);
    return ModuleFinder.of(places).findAll().stream()
        .map(it -> new OurModule(it.descriptor().name().substring(PREFIX.length()), it))
        .collect(Collectors.toMap(OurModule::name, it -> it, (a, _) -> a, TreeMap::new));
  }

  private static boolean isOurs(Path place) {
    return place.getFileName().toString().startsWith("espalier-")
        || Files.exists(place.resolve("module-info.class"));
  }

  ModuleDescriptor descriptor() {
    return reference.descriptor();
  }

  Path place() {
    return Path.of(reference.location().orElseThrow());
  }

  /** Where ArchUnit finds the classes: a folder is a path, a jar must be named as one. */
  Location location() {
    return place().toString().endsWith(".jar")
        ? Location.of(URI.create("jar:" + place().toUri() + "!/"))
        : Location.of(place());
  }

  DescribedPredicate<JavaClass> contains() {
    return DescribedPredicate.describe(
        "in module " + name,
        it -> it.getSource().orElseThrow().getUri().toString().contains(place().toString()));
  }

  /** The names of the modules that this one requires. */
  Set<String> required() {
    return descriptor().requires().stream()
        .map(ModuleDescriptor.Requires::name)
        .collect(Collectors.toSet());
  }

  /** What the class path's way of declaring a service declares. */
  List<String> servicesFile(String service) throws IOException {
    try (ModuleReader reader = reference.open();
        var in = reader.open("META-INF/services/" + service).orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
