package dev.espalier.bench.command;

import dev.espalier.bench.study.Forecast;
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
  private static final int SHARES = 1000;

  private final PrintWriter out;
  private ProgressBar bar;
  private boolean forecasting;
  private String running = "";

  BarProgress(PrintWriter out) {
    this.out = out;
  }

  /** Without a terminal JDK 22 to 24 have a console all the same; 25 has none, as before. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Shows a bar of training steps, if there is a terminal to show it on. */
  void start(long steps) {
    if (isTerminal()) {
      bar = builder("training", steps).setUnit(" steps", 1).build();
    }
  }

  /** Shows a bar of the share of a task that is done and the time left, as a forecast says. */
  void startForecast(String task) {
    if (isTerminal()) {
      bar = builder(task, SHARES).hideEta().build();
      forecasting = true;
    }
  }

  private static ProgressBarBuilder builder(String name, long most) {
    return new ProgressBarBuilder()
        .setInitialMax(most)
        .setTaskName(name)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis((int) Duration.ofMillis(500).toMillis())
        .setConsumer(new ConsoleProgressBarConsumer(System.err));
  }

  @Override
  public synchronized void begin(String what) {
    running = what;
    if (bar != null) {
      bar.setExtraMessage(" " + what);
    }
  }

  @Override
  public synchronized void scored(String scorer, int batch, int batches) {
    if (bar != null) {
      bar.setExtraMessage(" scores by %s: batch %d of %d".formatted(scorer, batch, batches));
    }
  }

  @Override
  public void advance(long steps) {
    if (bar != null && !forecasting) {
      bar.stepBy(steps);
    }
  }

  @Override
  public void skip(long steps) {
    if (bar != null && !forecasting) {
      bar.maxHint(
          bar.getMax() - steps); // skipped steps would spoil the estimate of the remaining time
    }
  }

  @Override
  public synchronized void forecast(Forecast forecast) {
    if (bar != null && forecasting) {
      bar.stepTo((long) (SHARES * forecast.done()));
      String left = forecast.left().map(it -> Forecast.text(it) + " left, ").orElse("");
      bar.setExtraMessage(" " + left + running);
    }
  }

  @Override
  public synchronized void say(String line) {
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
