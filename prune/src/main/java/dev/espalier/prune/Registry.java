package dev.espalier.prune;

import dev.espalier.nn.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What there is of one axis, by name: what the command line and study files compose methods from.
 */
public final class Registry<T> {
  /**
   * One line of a registry.
   *
   * @param name what to write; of a family with capital letters for its numbers, such as {@code
   *     iterative-N}
   * @param description one line, with the paper
   */
  public record Entry(String name, String description) {}

  private record Maker<T>(Entry entry, Pattern names, Function<MatchResult, ? extends T> make) {}

  private final String kind;
  private final List<Maker<T>> makers = new ArrayList<>();

  /**
   * An empty registry.
   *
   * @param kind what it holds, such as {@code scorer}
   */
  Registry(String kind) {
    this.kind = kind;
  }

  /** Adds one thing. */
  Registry<T> with(String name, String description, Supplier<? extends T> make) {
    return family(name, description, Pattern.quote(name), _ -> make.get());
  }

  /**
   * Adds things that differ in numbers of their names.
   *
   * @param names the pattern of all names, whose groups are the numbers
   */
  Registry<T> family(
      String name, String description, String names, Function<MatchResult, ? extends T> make) {
    makers.add(new Maker<>(new Entry(name, description), Pattern.compile(names), make));
    return this;
  }

  /** All lines, in order. */
  public List<Entry> entries() {
    return makers.stream().map(Maker::entry).toList();
  }

  /** The names of all lines, in order. */
  public List<String> names() {
    return entries().stream().map(Entry::name).toList();
  }

  /**
   * A new one by name.
   *
   * @throws IllegalArgumentException naming the nearest of the known names, or saying which number
   *     does not fit
   */
  public T get(String name) {
    for (Maker<T> maker : makers) {
      Matcher matcher = maker.names.matcher(name);
      if (matcher.matches()) {
        try {
          return maker.make.apply(matcher.toMatchResult());
        } catch (NumberFormatException _) {
          throw new IllegalArgumentException(
              "%s '%s': a number in it is too large".formatted(kind, name));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "%s '%s': %s".formatted(kind, name, e.getMessage()), e);
        }
      }
    }
    throw Names.unknown(kind, name, names());
  }
}
