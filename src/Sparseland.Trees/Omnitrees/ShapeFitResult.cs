namespace Sparseland.Trees.Omnitrees;

/// <summary>A body of boxes that was fitted, and how it got there.</summary>
/// <param name="Shape">The body.</param>
/// <param name="Curve">The fit at 8, 16, 32, ... boxes, or as many as were possible, and at its end.</param>
/// <param name="Batches">How many batches of bisections were done.</param>
public sealed record ShapeFitResult(OmnitreeShape Shape, IReadOnlyList<ShapeFitStep> Curve, int Batches)
{
    /// <summary>The slope of log error over log boxes, by least squares over the steps whose error is above zero: the rate of convergence, -1 where twice the boxes halve the error. NaN for fewer than two.</summary>
    public double Slope => FitSlope([.. Curve.Where(step => step.Error > 0).Select(step => (Math.Log2(step.Boxes), Math.Log2(step.Error)))]);

    /// <summary>Boxes at which the curve first comes down to an error, interpolated between steps on logarithmic axes; infinity when it never does.</summary>
    /// <param name="error">0 or more.</param>
    public double BoxesAt(double error) => At(error, step => step.Boxes);

    /// <summary>Bits at which the curve first comes down to an error, interpolated like <see cref="BoxesAt"/>.</summary>
    /// <param name="error">0 or more.</param>
    public double BitsAt(double error) => At(error, step => step.Bits);

    private double At(double error, Func<ShapeFitStep, double> amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(error);
        for (var i = 0; i < Curve.Count; i++)
        {
            if (!(Curve[i].Error <= error))
                continue;
            if (i == 0 || Curve[i].Error == 0)
                return amount(Curve[i]);
            var (before, after) = (Curve[i - 1], Curve[i]);
            var share = Math.Log(before.Error / error) / Math.Log(before.Error / after.Error);
            return Math.Exp(Math.Log(amount(before)) + share * Math.Log(amount(after) / amount(before)));
        }
        return double.PositiveInfinity;
    }

    private static double FitSlope((double X, double Y)[] points)
    {
        if (points.Length < 2)
            return double.NaN;
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
