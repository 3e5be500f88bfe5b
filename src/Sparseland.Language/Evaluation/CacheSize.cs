using System.Globalization;

namespace Sparseland.Language.Evaluation;

/// <summary>The size of the processor's last cache level: a model that fits it is not limited by memory, and its speed says nothing about larger ones.</summary>
public static class CacheSize
{
    // Where the system does not tell: that of the machines the project was measured on.
    private const long Assumed = 32L << 20;

    /// <summary>Bytes of the largest cache of the first processor (Linux), else 32 MiB.</summary>
    public static long LastLevelBytes { get; } = Read();

    private static long Read()
    {
        try
        {
            var sizes = Directory.EnumerateDirectories("/sys/devices/system/cpu/cpu0/cache", "index*").Select(folder => Parse(File.ReadAllText(Path.Combine(folder, "size")))).ToArray();
            return sizes.Length > 0 && sizes.Max() > 0 ? sizes.Max() : Assumed;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Assumed;
        }
    }

    // "512K", "32M".
    private static long Parse(string text)
    {
        text = text.Trim();
        var unit = text.EndsWith('K') ? 10 : text.EndsWith('M') ? 20 : text.EndsWith('G') ? 30 : 0;
        return long.TryParse(unit > 0 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size << unit : 0;
    }
}
