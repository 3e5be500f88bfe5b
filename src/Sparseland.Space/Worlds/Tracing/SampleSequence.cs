namespace Sparseland.Space.Worlds.Tracing;

/// <summary>
/// Even points for a pixel's samples: Roberts's R sequence in six dimensions (place in the pixel, first light, first direction), shifted for each pixel at random. Spread evenly they leave less noise than independent points,
/// and every single one is uniform.
/// </summary>
internal static class SampleSequence
{
    public const int Dimensions = 6;

    private static readonly double[] s_steps = Steps();

    /// <summary>A coordinate of a sample.</summary>
    /// <param name="sample">From 0.</param>
    /// <param name="dimension">0 to 5.</param>
    /// <param name="shift">The pixel's shift, in [0, 1).</param>
    public static float At(int sample, int dimension, float shift)
    {
        var value = shift + sample * s_steps[dimension];
        // The largest float below one: rounding must not reach it.
        return Math.Min((float)(value - Math.Floor(value)), 0.99999994f);
    }

    // Powers of the inverse of the only positive root of x^7 = x + 1.
    private static double[] Steps()
    {
        var root = 1.1;
        for (var i = 0; i < 60; i++)
            root = Math.Pow(1 + root, 1.0 / (Dimensions + 1));
        return [.. Enumerable.Range(1, Dimensions).Select(power => Math.Pow(root, -power))];
    }
}
