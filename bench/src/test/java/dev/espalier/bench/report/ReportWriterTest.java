package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bench.report.chart.SvgRenderer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportWriterTest {

  private static final String HOSTILE = "<script>alert(\"x\")</script>&'\u0001";

  @TempDir Path folder;

  @BeforeAll
  static void drawWithoutADisplay() {
    System.setProperty("java.awt.headless", "true");
  }

  @Test
  void writesPageSummaryAndCurvesPerPair() throws IOException {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    trials.add(Trials.trial(new TrialKey("net", "other", "magnitude", 2, 1), 0.9));
    ReportWriter.Report report = ReportWriter.write(folder.resolve("new/report"), trials);
    List<String> expected =
        new ArrayList<>(
            List.of(
                "report.html",
                "summary.md",
                "curves-net-digits.svg",
                "curves-net-digits.png",
                "curves-net-other.svg",
                "curves-net-other.png"));
    if (!report.warnings().isEmpty()) {
      assertThat(report.warnings()).allMatch(warning -> warning.contains("install fontconfig"));
      expected.removeIf(name -> name.endsWith(".png"));
    }
    assertThat(report.files())
        .extracting(file -> file.getFileName().toString())
        .isEqualTo(expected);
    try (Stream<Path> found = Files.list(folder.resolve("new/report"))) {
      assertThat(found).containsExactlyInAnyOrderElementsOf(report.files());
    }
  }

  @Test
  void pageAndCurvesAreWellFormed() throws Exception {
    Document page = parse(smallPage());
    assertThat(page.getDocumentElement().getTagName()).isEqualTo("html");
    assertThat(page.getElementsByTagName("h2").item(0).getTextContent()).isEqualTo("net on digits");
    assertThat(parse(smallCurves()).getDocumentElement().getTagName()).isEqualTo("svg");
  }

  @Test
  void pageAndCurvesNeedNoOtherFile() {
    String references = "https?://|url\\(|@import|<script|<link|<img|\\bsrc=|xlink";
    assertThat(smallPage()).doesNotContainPattern(references);
    assertThat(smallCurves().replace("xmlns=\"http://www.w3.org/2000/svg\"", ""))
        .doesNotContainPattern(references);
  }

  @Test
  void everyLinkOfThePageLeadsSomewhere() throws Exception {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    trials.add(Trials.trial(new TrialKey("net", "other", "magnitude", 2, 1), 0.9));
    Document page = parse(ReportPage.of(Summary.of(trials)));
    List<Element> links = elements(page, "a");
    assertThat(links).hasSize(5);
    for (Element link : links) {
      String target = link.getAttribute("href").substring(1);
      assertThat(elements(page, "section"))
          .extracting(section -> section.getAttribute("id"))
          .contains(target);
    }
  }

  @Test
  void tableShowsRawValuesAndChanges() throws Exception {
    Document page = parse(smallPage());
    Element table =
        elements(page, "table").stream()
            .filter(element -> element.getAttribute("class").equals("results"))
            .findFirst()
            .orElseThrow();
    List<Element> rows = elements(table, "tr");
    // Two rows of headings, the dense network, two methods at three ratios.
    assertThat(rows).hasSize(2 + 1 + 6);
    assertThat(elements(rows.get(4), "td"))
        .extracting(Element::getTextContent)
        .containsExactly(
            "4\u00d7",
            "2",
            "45.25 \u00b1 0.35",
            "90.50 \u00b1 0.71",
            "\u22120.50 \u00b1 0.71",
            "70.25 \u00b1 0.35",
            "95.50 \u00b1 0.71",
            "\u22123.50",
            "200",
            "4.00\u00d7",
            "1.20 kB",
            "2.67\u00d7",
            "400",
            "4.00\u00d7",
            "0.250",
            "8.00\u00d7",
            "3",
            "1.80 k",
            "0.75\u00d7",
            "");
    // The same accuracy at twice the compression puts the next row on the front.
    assertThat(rows.get(5).getTextContent()).endsWith("\u25cf");
  }

  @Test
  void headingSaysWhatWasRun() {
    assertThat(smallPage())
        .contains(
            "2 pruning methods at 3 compression ratios from 2\u00d7 to 8\u00d7 on net on digits;"
                + " 2 seeds each, 12 trials in all, run on Some CPU with 1 thread (vector backend,"
                + " JDK 25.0.3).");
  }

  @Test
  void namesFromOutsideAreTextEverywhere() throws Exception {
    TrialKey key = new TrialKey(HOSTILE + "/../m", HOSTILE, HOSTILE, 2, 1);
    ReportWriter.Report report = ReportWriter.write(folder, List.of(Trials.trial(key, 0.9)));
    for (Path file : report.files()) {
      assertThat(file.getParent()).isEqualTo(folder);
      assertThat(file.getFileName().toString()).matches("[a-z0-9_.-]+");
    }
    Document page = parse(Files.readString(folder.resolve("report.html")));
    assertThat(elements(page, "script")).isEmpty();
    assertThat(elements(page, "li").get(0).getTextContent())
        .contains("<script>alert(\"x\")</script>&'\uFFFD");
    for (Path file : report.files()) {
      if (file.toString().endsWith(".svg")) {
        assertThat(elements(parse(Files.readString(file)), "script")).isEmpty();
      }
    }
  }

  @Test
  void pairsWhoseNamesCollideAsFilesKeepTheirOwn() throws IOException {
    ReportWriter.Report report =
        ReportWriter.write(
            folder,
            List.of(
                Trials.trial(new TrialKey("a b", "d", "m", 2, 1), 0.9),
                Trials.trial(new TrialKey("a.b", "d", "m", 2, 1), 0.9)));
    assertThat(report.files())
        .contains(folder.resolve("curves-a-b-d.svg"), folder.resolve("curves-a-b-d-2.svg"));
  }

  @Test
  void sameTrialsInAnyOrderGiveTheSameBytes() throws IOException {
    ReportWriter.Report first = ReportWriter.write(folder.resolve("1"), Trials.small());
    List<TrialResult> shuffled = new ArrayList<>(Trials.small());
    Collections.shuffle(shuffled, new Random(3));
    ReportWriter.Report second = ReportWriter.write(folder.resolve("2"), shuffled);
    for (int i = 0; i < first.files().size(); i++) {
      assertThat(second.files().get(i)).hasSameBinaryContentAs(first.files().get(i));
    }
  }

  @Test
  void reportReplacesAnEarlierOneAndLeavesNothingUnfinished() throws IOException {
    ReportWriter.write(folder, Trials.small().subList(0, 1));
    ReportWriter.Report report = ReportWriter.write(folder, Trials.small());
    assertThat(Files.readString(folder.resolve("report.html"))).contains("12 trials");
    try (Stream<Path> found = Files.list(folder)) {
      assertThat(found).containsExactlyInAnyOrderElementsOf(report.files());
    }
  }

  @Test
  void singleSeedAndRatioMakeAReportWithoutSpreads() throws Exception {
    String page = ReportPage.of(Summary.of(List.of(Trials.trial("m", 4, 1, 0.9))));
    parse(page);
    assertThat(page).contains("1 pruning method at 4\u00d7 compression", "1 seed each, 1 trial");
    assertThat(page)
        .contains("one seed, so no spread can be stated")
        .doesNotContain("90.00 \u00b1");
  }

  @Test
  void methodWithoutLossIsDrawn() throws Exception {
    parse(
        ReportPage.of(
            Summary.of(List.of(Trials.trial("m", 1, 1, 0.9), Trials.trial("m", 2, 1, 0.9)))));
  }

  @Test
  void noTrialsAreRefusedAndNothingIsWritten() {
    Path target = folder.resolve("out");
    assertThatThrownBy(() -> ReportWriter.write(target, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no results to summarise");
    assertThat(target).doesNotExist();
  }

  @Test
  void curvesAsPngAreTwiceTheSizeOfTheSheet() throws IOException {
    ReportWriter.Report report = ReportWriter.write(folder, Trials.small());
    if (report.warnings().isEmpty()) {
      byte[] png = Files.readAllBytes(folder.resolve("curves-net-digits.png"));
      var image = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(image.getWidth()).isEqualTo(2 * (2 * 600 + 3 * 24));
    } else {
      assertThat(folder.resolve("curves-net-digits.png")).doesNotExist();
    }
  }

  private static String smallPage() {
    return ReportPage.of(Summary.of(Trials.small()));
  }

  private static String smallCurves() {
    Summary summary = Summary.of(Trials.small());
    return SvgRenderer.document(new PairCharts(summary.pairs().get(0), summary.methods()).sheet());
  }

  private static Document parse(String xml) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    return factory
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(Document document, String tag) {
    return elements(document.getDocumentElement(), tag);
  }

  private static List<Element> elements(Element parent, String tag) {
    List<Element> elements = new ArrayList<>();
    var found = parent.getElementsByTagName(tag);
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }
}
