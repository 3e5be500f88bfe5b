namespace Sparseland.Space.Tests.Worlds.Tracing;

/// <summary>The share of light that GGX microfacets without absorption send back by single scattering, by quadrature of the textbook formulas in double precision: a judge that shares nothing with the tracer.</summary>
internal static class DirectionalAlbedo
{
    private const int Steps = 160, Entries = 17;

    /// <summary>The share for cosines 0, 1/16, ... 1 of the viewer's direction.</summary>
    public static double[] Table(double alpha) => [.. Enumerable.Range(0, Entries).Select(i => At(Math.Max(1e-3, i / (Entries - 1.0)), alpha))];

    /// <summary>The share for a cosine, between the table's entries.</summary>
    public static double Read(double[] table, double cosine)
    {
        var place = Math.Clamp(cosine, 0, 1) * (Entries - 1);
        var cell = Math.Min((int)place, Entries - 2);
        return table[cell] + (place - cell) * (table[cell + 1] - table[cell]);
    }

    private static double At(double cosine, double alpha)
    {
        var sum = 0.0;
        var sine = Math.Sqrt(1 - cosine * cosine);
        for (var i = 0; i < Steps; i++)
        {
            var z = (i + 0.5) / Steps;
            var radius = Math.Sqrt(1 - z * z);
            for (var j = 0; j < Steps; j++)
            {
                var angle = 2 * Math.PI * (j + 0.5) / Steps;
                var (hx, hy, hz) = (sine + radius * Math.Cos(angle), radius * Math.Sin(angle), cosine + z);
                var h = hz / Math.Sqrt(hx * hx + hy * hy + hz * hz);
                var d = alpha * alpha / (Math.PI * Math.Pow(h * h * (alpha * alpha - 1) + 1, 2));
                sum += d / (4 * cosine * (1 + Lambda(cosine, alpha) + Lambda(z, alpha))) * 2 * Math.PI / (Steps * Steps);
            }
        }
        return sum;
    }

    private static double Lambda(double cosine, double alpha) => (Math.Sqrt(1 + alpha * alpha * (1 / (cosine * cosine) - 1)) - 1) / 2;
}
