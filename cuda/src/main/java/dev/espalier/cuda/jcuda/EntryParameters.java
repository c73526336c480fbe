package dev.espalier.cuda.jcuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sizes of the parameters of each kernel of a PTX text, by which launches are checked. */
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

  /** The bytes of each parameter, in order, by the kernel's name. */
  static Map<String, int[]> of(String ptx) {
    Map<String, int[]> sizes = new HashMap<>();
    Matcher entry = ENTRY.matcher(COMMENT.matcher(ptx).replaceAll(" "));
    while (entry.find()) {
      List<Integer> bytes = new ArrayList<>();
      Matcher parameter = PARAMETER.matcher(entry.group(2) == null ? "" : entry.group(2));
      while (parameter.find()) {
        int element = Integer.parseInt(parameter.group(2)) / Byte.SIZE;
        int count = parameter.group(3) == null ? 1 : Integer.parseInt(parameter.group(3));
        bytes.add(element * count);
      }
      sizes.put(entry.group(1), bytes.stream().mapToInt(Integer::intValue).toArray());
    }
    return sizes;
  }
}
