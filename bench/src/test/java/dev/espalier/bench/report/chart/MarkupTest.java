package dev.espalier.bench.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MarkupTest {

  @Test
  void textAndAttributesAreEscaped() {
    String markup = new Markup().leaf("p", "a<b>&\"c\"", "title", "\"><x>").finish();
    assertThat(markup)
        .isEqualTo("<p title=\"&quot;&gt;&lt;x&gt;\">a&lt;b&gt;&amp;&quot;c&quot;</p>");
  }

  @Test
  void whatXmlCannotHoldIsReplaced() {
    assertThat(new Markup().text("a\u0000\u001b\ud800\uffffb\ud83c\udf33\t").finish())
        .isEqualTo("a\ufffd\ufffd\ufffd\ufffdb\ud83c\udf33\t");
  }

  @Test
  void unclosedElementIsRefused() {
    assertThatThrownBy(() -> new Markup().open("p").finish())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("p");
  }
}
