package dev.espalier.cuda.emulator.ptx;

import java.util.List;
import java.util.Map;

/**
 * A parsed PTX text.
 *
 * @param version of the instruction set, such as "8.0"
 * @param target the architecture, such as "sm_80"
 * @param variables of the module: global, constant and shared memory
 * @param functions by name
 */
public record PtxModule(
    String version, String target, List<Variable> variables, Map<String, PtxFunction> functions) {
  /**
   * Reads a text.
   *
   * @throws PtxException with the line, if it is not PTX
   */
  public static PtxModule parse(String text) {
    return new Parser(Lexer.tokens(text)).module();
  }
}
