using System.Globalization;

namespace Sparseland.Trees.Partitions;

/// <summary>Colours of treemaps: from dark to light for tones, so that the order is seen without colour too, and well-spaced hues for branches.</summary>
public static class ToneScale
{
    private static readonly (int Red, int Green, int Blue)[] Anchors = [(0x23, 0x2A, 0x66), (0x24, 0x5F, 0x92), (0x22, 0x8F, 0x93), (0x5D, 0xB8, 0x78), (0xB4, 0xD5, 0x69), (0xFB, 0xE8, 0xA0)];

    // Okabe and Ito (2008), lightened: distinguishable with colour blindness too.
    private static readonly (int Red, int Green, int Blue)[] Hues = [(0x4C, 0x9B, 0xCC), (0xE3, 0x8E, 0x4C), (0x4C, 0xBA, 0x9D), (0xDA, 0xA2, 0xC3), (0x8C, 0xCB, 0xEE), (0xED, 0xC2, 0x55), (0xBD, 0xBD, 0x6E), (0xB0, 0x76, 0x97), (0x9A, 0x9A, 0x9A)];

    /// <summary>The colour of a tone.</summary>
    /// <param name="tone">0 (dark blue) to 1 (light yellow).</param>
    public static string Colour(double tone)
    {
        var place = Math.Clamp(tone, 0, 1) * (Anchors.Length - 1);
        var low = Math.Min((int)place, Anchors.Length - 2);
        return Text(Mix(Anchors[low], Anchors[low + 1], place - low));
    }

    /// <summary>Whether dark text is readable on a tone's colour.</summary>
    public static bool IsLight(double tone) => tone > 0.45;

    /// <summary>The colour of a branch.</summary>
    /// <param name="branch">Which of the root's children, from 0.</param>
    /// <param name="lightness">0 for the hue, 1 for white.</param>
    public static string BranchColour(int branch, double lightness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(branch);
        return Text(Mix(Hues[branch % Hues.Length], (255, 255, 255), Math.Clamp(lightness, 0, 1)));
    }

    private static (int Red, int Green, int Blue) Mix((int Red, int Green, int Blue) from, (int Red, int Green, int Blue) to, double share) =>
        ((int)Math.Round(from.Red + (to.Red - from.Red) * share), (int)Math.Round(from.Green + (to.Green - from.Green) * share), (int)Math.Round(from.Blue + (to.Blue - from.Blue) * share));

    private static string Text((int Red, int Green, int Blue) colour) => string.Create(CultureInfo.InvariantCulture, $"#{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}");
}
