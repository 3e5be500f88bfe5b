namespace Sparseland.Kernels;

/// <summary>
/// Finds scale and minimum for a group of weights that is stored as small unsigned levels: value = scale * level - minimum, both not negative.
/// Starting from the group's range, a row of slightly larger and smaller scales is tried; for the levels that each gives, scale and minimum follow by weighted least squares,
/// and the pair with the smallest weighted error wins. Large weights count more, since outputs feel them more.
/// </summary>
internal static class AffineFit
{
    private const int Trials = 20;
    private const float TrialStep = 0.1f;

    /// <summary>The best scale and minimum found.</summary>
    /// <param name="values">The group, at most 64 values.</param>
    /// <param name="levels">The highest level.</param>
    public static (float Scale, float Minimum) Fit(ReadOnlySpan<float> values, int levels)
    {
        // A minimum above zero is not expressible: zero is always within the range.
        var lowest = Math.Min(TensorPrimitives.Min<float>(values), 0);
        var highest = TensorPrimitives.Max<float>(values);
        if (highest <= lowest)
            return (0, -lowest);
        Span<float> importance = stackalloc float[values.Length];
        var spread = MathF.Sqrt(TensorPrimitives.SumOfSquares(values) / values.Length);
        for (var i = 0; i < values.Length; i++)
            importance[i] = spread + MathF.Abs(values[i]);
        var best = (Scale: (highest - lowest) / levels, Minimum: -lowest);
        var bestError = Error(values, importance, best.Scale, best.Minimum, levels);
        for (var trial = 0; trial <= Trials; trial++)
        {
            var inverse = (levels - 1 + TrialStep * trial) / (highest - lowest);
            var fit = Solve(values, importance, inverse, lowest, levels);
            if (!(fit.Scale > 0))
                continue;
            var error = Error(values, importance, fit.Scale, fit.Minimum, levels);
            if (error < bestError)
                (best, bestError) = (fit, error);
        }
        return best;
    }

    // Weighted least squares for the levels that a trial scale gives.
    private static (float Scale, float Minimum) Solve(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, float inverse, float lowest, int levels)
    {
        double weight = 0, level = 0, square = 0, value = 0, cross = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var l = Math.Clamp(MathF.Round((values[i] - lowest) * inverse), 0, levels);
            var w = importance[i];
            weight += w;
            level += w * l;
            square += w * l * l;
            value += w * values[i];
            cross += w * l * values[i];
        }
        var determinant = weight * square - level * level;
        if (determinant <= 0)
            return (0, 0);
        var scale = (weight * cross - level * value) / determinant;
        var minimum = (level * cross - square * value) / determinant;
        // The unconstrained minimum is on the wrong side of zero: fit the scale alone.
        return minimum < 0 ? ((float)(cross / square), 0) : ((float)scale, (float)minimum);
    }

    private static float Error(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, float scale, float minimum, int levels)
    {
        var inverse = 1 / scale;
        var error = 0f;
        for (var i = 0; i < values.Length; i++)
        {
            var level = Math.Clamp(MathF.Round((values[i] + minimum) * inverse), 0, levels);
            var difference = scale * level - minimum - values[i];
            error += importance[i] * difference * difference;
        }
        return error;
    }
}
