using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Trees.Partitions;

/// <summary>Makes a <see cref="WeightedTree"/>, parents before children. Not thread-safe.</summary>
public sealed class WeightedTreeBuilder
{
    // An inner weight that differs by more than rounding is somebody's mistake.
    private const double Rounding = 1e-9;
    private const int MostWarnings = 20;

    private readonly List<int> _parents = [-1];
    private readonly List<double?> _weights;
    private readonly List<double> _tones = [double.NaN];
    private readonly List<string?> _names;

    /// <summary>Begins with the root, which is node 0.</summary>
    /// <param name="name">The root's name.</param>
    /// <param name="weight">Its weight, where it has no children; null for the sum of them.</param>
    public WeightedTreeBuilder(string? name = null, double? weight = null) => (_names, _weights) = ([name], [Checked(weight, name, 0)]);

    /// <summary>Nodes so far.</summary>
    public int Count => _parents.Count;

    /// <summary>Adds a node.</summary>
    /// <param name="parent">Its parent's number.</param>
    /// <param name="weight">Its weight; of a node that gets children only compared with their sum, null for no comparison. A leaf without one has weight 0.</param>
    /// <param name="name">Its name.</param>
    /// <param name="tone">What it is coloured by, 0 to 1; NaN for nothing. Of a node that gets children the mean of theirs counts instead.</param>
    /// <returns>The new node's number.</returns>
    /// <exception cref="InvalidSettingException">The weight is negative, NaN or infinite.</exception>
    public int Add(int parent, double? weight = null, string? name = null, double tone = double.NaN)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(parent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parent, Count);
        if (tone is < 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(tone), tone, "a tone is between 0 and 1");
        _weights.Add(Checked(weight, name, Count));
        _parents.Add(parent);
        _names.Add(name);
        _tones.Add(tone);
        return Count - 1;
    }

    /// <summary>The finished tree: inner weights are the sums of their children's, and one that was given otherwise is put right with a warning.</summary>
    /// <exception cref="InvalidSettingException">No leaf has a weight above zero, or the sum is not finite.</exception>
    public WeightedTree Build()
    {
        var count = Count;
        var parents = _parents.ToArray();
        var isInner = new bool[count];
        for (var node = 1; node < count; node++)
            isInner[parents[node]] = true;
        var (weights, tones, toned) = (new double[count], _tones.ToArray(), new double[count]);
        var warnings = new List<string>();
        var wrong = 0;
        for (var node = count - 1; node >= 0; node--)
        {
            if (!isInner[node])
            {
                weights[node] = _weights[node] ?? 0;
                toned[node] = double.IsNaN(tones[node]) ? double.NaN : tones[node] * weights[node];
            }
            else if (_weights[node] is { } given && Math.Abs(given - weights[node]) > Rounding * Math.Max(given, weights[node]) && wrong++ < MostWarnings)
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{Title(_names[node], node)} says {given:G6}, and its children have {weights[node]:G6} together: theirs counts"));
            if (isInner[node])
                tones[node] = weights[node] > 0 ? Math.Min(toned[node] / weights[node], 1) : double.NaN;
            if (node > 0)
            {
                weights[parents[node]] += weights[node];
                // Zero weights must not spread an unknown tone.
                toned[parents[node]] += weights[node] > 0 ? toned[node] : 0;
            }
        }
        if (wrong > MostWarnings)
            warnings.Add($"and {wrong - MostWarnings} more inner weights that are not the sum of their children's");
        if (!(weights[0] > 0 && double.IsFinite(weights[0])))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"the weights of the tree's {count} nodes sum to {weights[0]}: at least one leaf needs a weight above zero, and their sum must be finite"));
        return new(parents, weights, tones, [.. _names], warnings);
    }

    private static double? Checked(double? weight, string? name, int node) => weight is null or (>= 0 and < double.PositiveInfinity)
        ? weight
        : throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture, $"{Title(name, node)} has the weight {weight}: weights are at least 0 and finite"));

    private static string Title(string? name, int node) => name is null ? $"node {node}" : $"node {node} ('{name}')";
}
