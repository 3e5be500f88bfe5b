using System.Globalization;
using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Training;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>
/// S²FT (Yang et al. 2024): some heads and neurons are trained in place. They are moved to the front of their layers, so that the trained part of a matrix is one slice:
/// columns of the output and down projections, rows of the value and up projections. Options: "o", "d", "v", "u", the share of heads (o, v) and neurons (d, u) that is trained
/// on each side, of the whole model; "select" (<see cref="StructureSelections"/>, random); "layers": "global" (default; the best of the whole model, layers may get none) or
/// "even" (the same share of every layer). With grouped queries a head is a key/value head with all its query heads. Ours: without any ratio o is 0.05 and d is 0.02.
/// </summary>
public sealed class S2ftTuning : ITuningMethod
{
    private static readonly string[] Sides = ["o", "d", "v", "u"];

    private readonly IStructureSelection _selection;
    private readonly bool _even;
    private readonly double[] _ratios;

    /// <summary>Reads its options.</summary>
    /// <exception cref="InvalidSettingException">All ratios are zero.</exception>
    public S2ftTuning(MethodOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var given = Sides.Select(side => options.Number(side, -1, 0, 1)).ToArray();
        _ratios = given.All(ratio => ratio < 0) ? [0.05, 0.02, 0, 0] : [.. given.Select(ratio => Math.Max(0, ratio))];
        if (_ratios.All(ratio => ratio == 0))
            throw new InvalidSettingException("s2ft with o, d, v and u all zero trains nothing: give one of them a share above 0");
        _selection = StructureSelections.All.Create(new MethodChoice(options.Text("select", "random", [.. StructureSelections.All.Entries.Select(entry => entry.Name)])));
        _even = options.Text("layers", "global", "global", "even") == "even";
    }

    /// <inheritdoc/>
    public string Name => "s2ft";

    /// <inheritdoc/>
    public PreparedTuning Prepare(TuningProblem problem, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var chosen = Choose(problem, cancellation);
        var slices = new List<TrainedSlice>();
        foreach (var one in chosen)
        {
            var order = one.Order();
            CoPermutation.Apply(problem.Network, one.Set, order);
            Add(one.ProducerProjection, SliceKind.Rows, 0, one.Producer.Count);
            Add(one.Set.Consumer, SliceKind.Columns, one.ConsumerStart, one.Consumer.Count);

            void Add(CoupledProjection projection, SliceKind kind, int start, int count)
            {
                if (count == 0)
                    return;
                var parameter = problem.Network[TensorNames.Weight(one.Set.Block, projection.Projection)];
                parameter.Slice = new ParameterSlice(kind, start * projection.Extent, count * projection.Extent);
                slices.Add(new TrainedSlice(parameter, kind, CoPermutation.Places(order[start..(start + count)], projection.Extent), Copy(parameter)));
            }
        }
        return new Prepared(problem.Network, slices);
    }

    /// <summary>The structures that are trained, before anything is moved.</summary>
    /// <param name="problem">The network and what it will be trained on.</param>
    /// <param name="cancellation">Heeded while data is looked at.</param>
    /// <exception cref="InvalidSettingException">The shares are so small that nothing would be trained, or the selection needs data and there is none.</exception>
    public IReadOnlyList<TrainedStructures> Choose(TuningProblem problem, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var heads = StructureSet.Of(problem.Network.Configuration, StructureKinds.Heads);
        var neurons = StructureSet.Of(problem.Network.Configuration, StructureKinds.Neurons);
        var (o, d) = (Choose(problem, heads, true, 0, cancellation), Choose(problem, neurons, true, 1, cancellation));
        var (v, u) = (Choose(problem, heads, false, 2, cancellation), Choose(problem, neurons, false, 3, cancellation));
        var chosen = heads.Select((set, i) => new TrainedStructures(set, v[i], o[i])).Concat(neurons.Select((set, i) => new TrainedStructures(set, u[i], d[i]))).ToList();
        if (chosen.All(one => one.Producer.Count == 0 && one.Consumer.Count == 0))
            throw new InvalidSettingException(string.Create(CultureInfo.InvariantCulture,
                $"s2ft with o={_ratios[0]:0.####}, d={_ratios[1]:0.####}, v={_ratios[2]:0.####}, u={_ratios[3]:0.####} trains less than one of {Count(heads)} heads and {Count(neurons)} neurons: raise a share{(_even ? ", or choose layers=global" : "")}"));
        return chosen;

        static int Count(IReadOnlyList<StructureSet> sets) => sets.Sum(set => set.Count);
    }

    private List<int[]> Choose(TuningProblem problem, IReadOnlyList<StructureSet> sets, bool isConsumer, int side, CancellationToken cancellation)
    {
        var ratio = _ratios[side];
        if (ratio == 0)
            return [.. sets.Select(_ => Array.Empty<int>())];
        var scores = sets.Select((set, i) => Score(problem, set, isConsumer, new RandomStream(problem.Seed, $"s2ft selection {Sides[side]}", (ulong)i), cancellation)).ToList();
        if (_even)
            return [.. scores.Select(values => Best(values, (int)(values.Length * ratio)))];
        // Highest scores of the whole model; of equal ones the first.
        var all = scores.SelectMany((values, set) => values.Select((score, structure) => (Score: score, Set: set, Structure: structure)))
            .OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Set).ThenBy(entry => entry.Structure).Take((int)(sets.Sum(set => set.Count) * ratio)).ToLookup(entry => entry.Set, entry => entry.Structure);
        return [.. sets.Select((_, i) => all[i].Order().ToArray())];
    }

    private double[] Score(TuningProblem problem, StructureSet set, bool isConsumer, RandomStream chance, CancellationToken cancellation)
    {
        var projection = isConsumer ? set.Consumer : new TrainedStructures(set, [], []).ProducerProjection;
        var name = TensorNames.Weight(set.Block, projection.Projection);
        var scores = new double[set.Count];
        _selection.Score(new SelectionProblem(set, projection, isConsumer, problem.Network[name].Value,
            _selection.Needs.HasFlag(SelectionNeeds.Activations) ? problem.ActivationNorms(_selection.Name, set.Block, set.Consumer.Projection, cancellation) : null,
            _selection.Needs.HasFlag(SelectionNeeds.Gradients) ? problem.Gradient(_selection.Name, name, cancellation) : null, chance), scores);
        var fault = Array.FindIndex(scores, score => !double.IsFinite(score));
        return fault < 0 ? scores : throw new NumericalException($"{set.Name}: the score {_selection.Name} of structure {fault} is {scores[fault]}");
    }

    private static int[] Best(double[] scores, int count) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(structure => scores[structure]).ThenBy(structure => structure).Take(count).Order()];

    private static Tensor<float> Copy(Parameter<float> parameter)
    {
        var copy = Tensor<float>.Uninitialized(parameter.TrainedShape);
        for (var row = 0; row < copy.Shape[0]; row++)
            parameter.Trained.Row(row).CopyTo(copy.Matrix.Row(row));
        return copy;
    }

    private sealed record TrainedSlice(Parameter<float> Parameter, SliceKind Kind, int[] Indices, Tensor<float> Before);

    private sealed class Prepared(TransformerNetwork<float> network, IReadOnlyList<TrainedSlice> slices) : PreparedTuning(network, [.. slices.Select(slice => slice.Parameter)])
    {
        public override Adapter Extract(string baseHash) => new("s2ft", baseHash, [.. slices.Select(slice =>
        {
            var delta = Copy(slice.Parameter);
            TensorPrimitives.Subtract(delta.Span, slice.Before.Span, delta.Span);
            return (AdapterPart)SlicePart.Sorted(slice.Parameter.Name, slice.Parameter.Value.Shape, slice.Kind, slice.Indices, delta);
        })]);
    }
}
