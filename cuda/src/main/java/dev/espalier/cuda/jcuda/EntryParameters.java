package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.KernelParameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parameters of each kernel of a PTX text, by which launches are checked. */
final class EntryParameters {
  private static final Pattern ENTRY =
      Pattern.compile("\\.entry\\s+([\\w$%]+)\\s*(?:\\(([^)]*)\\))?");
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\.param\\s+(?:\\.align\\s+\\d+\\s+)?\\.([a-z]+)(\\d+)"
              + "(?:\\s+\\.ptr(?:\\s+\\.\\w+)*(?:\\s+\\.align\\s+\\d+)?)?"
              + "\\s+[\\w$%]+\\s*(?:\\[(\\d+)])?");
  private static final Pattern COMMENT = Pattern.compile("//[^\\n]*|/\\*.*?\\*/", Pattern.DOTALL);

  private EntryParameters() {}

  /** The parameters, in order, by the kernel's name. */
  static Map<String, List<KernelParameter>> of(String ptx) {
    Map<String, List<KernelParameter>> entries = new HashMap<>();
    Matcher entry = ENTRY.matcher(COMMENT.matcher(ptx).replaceAll(" "));
    while (entry.find()) {
      List<KernelParameter> parameters = new ArrayList<>();
      Matcher parameter = PARAMETER.matcher(entry.group(2) == null ? "" : entry.group(2));
      while (parameter.find()) {
        int element = Integer.parseInt(parameter.group(2)) / Byte.SIZE;
        boolean single = parameter.group(3) == null;
        int count = single ? 1 : Integer.parseInt(parameter.group(3));
        char kind = single ? parameter.group(1).charAt(0) : 'b';
        parameters.add(new KernelParameter(kind, element * count));
      }
      entries.put(entry.group(1), List.copyOf(parameters));
    }
    return entries;
  }
}
