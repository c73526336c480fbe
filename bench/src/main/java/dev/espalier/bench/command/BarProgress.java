package dev.espalier.bench.command;

import dev.espalier.bench.study.Progress;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal; elsewhere only the lines that stay. */
final class BarProgress implements Progress, AutoCloseable {
  private final PrintWriter out;
  private ProgressBar bar;

  BarProgress(PrintWriter out) {
    this.out = out;
  }

  /** Without a terminal JDK 22 to 24 have a console all the same; 25 has none, as before. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Shows the bar, if there is a terminal to show it on. */
  void start(long steps) {
    if (isTerminal()) {
      bar =
          new ProgressBarBuilder()
              .setInitialMax(steps)
              .setTaskName("training")
              .setUnit(" steps", 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis((int) Duration.ofMillis(500).toMillis())
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }
  }

  @Override
  public void begin(String what) {
    if (bar != null) {
      bar.setExtraMessage(" " + what);
    }
  }

  @Override
  public void advance(long steps) {
    if (bar != null) {
      bar.stepBy(steps);
    }
  }

  @Override
  public void skip(long steps) {
    if (bar != null) {
      bar.maxHint(
          bar.getMax() - steps); // skipped steps would spoil the estimate of the remaining time
    }
  }

  @Override
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
