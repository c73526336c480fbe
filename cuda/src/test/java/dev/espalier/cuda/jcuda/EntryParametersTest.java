package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.driver.KernelParameter;
import org.junit.jupiter.api.Test;

final class EntryParametersTest {
  @Test
  void kindsAndSizesAreThoseOfTheDeclaredTypes() {
    var parameters =
        EntryParameters.of(
            """
            .version 7.0
            .target sm_80
            // .visible .entry not_this(.param .u8 x)
            .visible .entry many(
            	.param .u64 many_param_0,
            	.param .align 8 .b8 many_param_1[312],
            	.param .f32 many_param_2, /* a comment, with (parentheses) */
            	.param .u8 many_param_3,
            	.param .u64 .ptr .global .align 16 many_param_4
            )
            .maxntid 256, 1, 1
            { ret; }
            .entry none()
            { ret; }
            .entry bare { ret; }
            """);
    assertThat(parameters).containsOnlyKeys("many", "none", "bare");
    assertThat(parameters.get("many"))
        .containsExactly(
            new KernelParameter('u', 8),
            new KernelParameter('b', 312),
            new KernelParameter('f', 4),
            new KernelParameter('u', 1),
            new KernelParameter('u', 8));
    assertThat(parameters.get("none")).isEmpty();
    assertThat(parameters.get("bare")).isEmpty();
  }
}
