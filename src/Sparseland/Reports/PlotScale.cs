using System.Globalization;

namespace Sparseland.Reports;

/// <summary>Maps an axis' values to a drawing and finds its ticks.</summary>
internal sealed class PlotScale
{
    private readonly bool _logarithmic;
    private readonly double _low;
    private readonly double _high;

    public PlotScale(PlotAxis axis, IEnumerable<double> values)
    {
        _logarithmic = axis.Logarithmic;
        var usable = values.Where(Accepts).ToList();
        var low = axis.Minimum ?? (usable.Count == 0 ? (_logarithmic ? 1 : 0) : usable.Min());
        var high = axis.Maximum ?? (usable.Count == 0 ? (_logarithmic ? 10 : 1) : usable.Max());
        (_low, _high) = (Transform(low), Transform(high));
        if (_high - _low < 1e-12)
            (_low, _high) = (_low - 0.5, _high + 0.5);
        var margin = (_high - _low) * 0.05;
        if (axis.Minimum is null)
            _low -= margin;
        if (axis.Maximum is null)
            _high += margin;
    }

    public bool Accepts(double value) => double.IsFinite(value) && (!_logarithmic || value > 0);

    /// <summary>0 at the axis' beginning, 1 at its end.</summary>
    public double Position(double value) => (Transform(value) - _low) / (_high - _low);

    public IEnumerable<(double Value, string Text)> Ticks()
    {
        var values = _logarithmic && _high - _low > 0.9 ? LogarithmicTicks() : LinearTicks();
        return values.Where(value => Accepts(value) && Position(value) is >= -1e-9 and <= 1 + 1e-9).Select(value => (value, Format(value)));
    }

    private double Transform(double value) => _logarithmic ? Math.Log10(Math.Max(value, 1e-300)) : value;

    private IEnumerable<double> LogarithmicTicks()
    {
        var steps = _high - _low > 3 ? new double[] { 1 } : [1, 2, 5];
        for (var decade = Math.Floor(_low); decade <= _high; decade++)
            foreach (var step in steps)
                yield return step * Math.Pow(10, decade);
    }

    private IEnumerable<double> LinearTicks()
    {
        var (low, high) = _logarithmic ? (Math.Pow(10, _low), Math.Pow(10, _high)) : (_low, _high);
        var rough = (high - low) / 6;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 } * power;
        for (var value = Math.Ceiling(low / step) * step; value <= high + step * 1e-9; value += step)
            yield return Math.Abs(value) < step * 1e-9 ? 0 : value;
    }

    private static string Format(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + "G",
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
