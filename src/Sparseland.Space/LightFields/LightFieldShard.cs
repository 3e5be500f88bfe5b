using System.Numerics;
using System.Runtime.InteropServices;

namespace Sparseland.Space.LightFields;

/// <summary>One piece of a step's rays: forward, loss and backward, tile by tile. Every shard has room and sums of its own.</summary>
internal sealed class LightFieldShard
{
    private const int RaysPerTile = 64;
    private readonly int _shard;
    private readonly LightFieldTrainingOptions _options;
    private readonly LightFieldNetwork _layers;
    private readonly NetworkTile _network;
    private readonly (Vector3 Entry, Vector3 Exit)[] _places;
    private readonly int[] _leaves;
    private readonly float[] _distances;
    private readonly float[] _transmittances;
    private readonly float[] _opacityGradients;

    public LightFieldShard(int shard, LightFieldNetwork network, int voxelsPerRay, LightFieldTrainingOptions options)
    {
        (_shard, _options, _layers) = (shard, options, network);
        var capacity = RaysPerTile * voxelsPerRay;
        _network = new NetworkTile(network, capacity, withGradient: true);
        Gradients = [.. network.Layers.Select(layer => new DenseGradient(layer))];
        _places = new (Vector3, Vector3)[capacity];
        _leaves = new int[capacity];
        _distances = new float[capacity];
        _transmittances = new float[capacity];
        _opacityGradients = new float[capacity];
    }

    /// <summary>Sums of this step's gradients, one for each layer of the network.</summary>
    public DenseGradient[] Gradients { get; }

    /// <summary>This shard's part of the mean loss.</summary>
    public double Loss { get; private set; }

    /// <summary>Learns from some rays.</summary>
    /// <param name="field">The light field.</param>
    /// <param name="rays">All rays.</param>
    /// <param name="segments">Their voxels.</param>
    /// <param name="batch">Which rays.</param>
    /// <param name="batchLength">Rays of all shards together, over which the loss is a mean.</param>
    /// <param name="fine">Notes the gradients of the fine features.</param>
    /// <param name="coarse">Notes those of the coarse ones.</param>
    public void Learn(SparseLightField field, RayTable rays, RaySegments segments, ReadOnlySpan<int> batch, int batchLength, RowGradients fine, RowGradients coarse)
    {
        Loss = 0;
        for (; !batch.IsEmpty; batch = batch[Math.Min(RaysPerTile, batch.Length)..])
        {
            var tile = batch[..Math.Min(RaysPerTile, batch.Length)];
            var samples = Gather(field, rays, segments, tile, withDirection: true);
            if (samples == 0)
                continue;
            _network.FindOpacities(0, samples);
            _network.FindColours(samples);
            var first = 0;
            foreach (var ray in tile)
            {
                var count = segments.Of(ray).Length;
                LearnRay(field, rays, ray, first, count, segments.Surface(ray), 1f / batchLength);
                first += count;
            }
            _network.Backward(samples, Gradients);
            NoteFeatures(field, samples, 1f / batchLength, fine, coarse);
        }
    }

    /// <summary>Raises each voxel's greatest weight, as bits, to what it has in some rays. Bits of positive numbers are ordered as the numbers are, so the result does not depend on who comes first.</summary>
    public void Weigh(SparseLightField field, RayTable rays, RaySegments segments, ReadOnlySpan<int> batch, int[] maximalWeights)
    {
        for (; !batch.IsEmpty; batch = batch[Math.Min(RaysPerTile, batch.Length)..])
        {
            var tile = batch[..Math.Min(RaysPerTile, batch.Length)];
            var samples = Gather(field, rays, segments, tile, withDirection: false);
            _network.FindOpacities(0, samples);
            var opacities = _network.Opacities.Span;
            var sample = 0;
            foreach (var ray in tile)
            {
                var remaining = 1f;
                for (var end = sample + segments.Of(ray).Length; sample < end; sample++)
                {
                    Raise(ref maximalWeights[_leaves[sample]], BitConverter.SingleToInt32Bits(remaining * opacities[sample]));
                    remaining *= 1 - opacities[sample];
                }
            }
        }
    }

    private int Gather(SparseLightField field, RayTable rays, RaySegments segments, ReadOnlySpan<int> tile, bool withDirection)
    {
        var (input, joined) = (_network.Input.Matrix, _network.Joined.Matrix);
        var sample = 0;
        foreach (var ray in tile)
        {
            var (origin, direction, first) = (rays.Origin(ray), rays.Directions[ray], sample);
            foreach (var crossing in segments.Of(ray))
            {
                _leaves[sample] = crossing.Leaf;
                _places[sample] = field.WriteInput(crossing.Leaf, origin + crossing.Entry * direction, origin + crossing.Exit * direction, input.Row(sample));
                _distances[sample] = 0.5f * (crossing.Entry + crossing.Exit) / field.Cube.Size;
                if (withDirection && sample == first)
                    SphericalHarmonics.Evaluate(direction, joined.Row(sample)[_layers.Hidden..]);
                else if (withDirection)
                    joined.Row(first)[_layers.Hidden..].CopyTo(joined.Row(sample)[_layers.Hidden..]);
                sample++;
            }
        }
        return sample;
    }

    // Losses of one ray and their gradients by its samples' opacities and colours, both before the sigmoid.
    private void LearnRay(SparseLightField field, RayTable rays, int ray, int first, int count, int surface, float share)
    {
        var opacities = _network.Opacities.Span.Slice(first, count);
        var colours = MemoryMarshal.Cast<float, Vector3>(_network.Colours.Span).Slice(first, count);
        var colourGradients = MemoryMarshal.Cast<float, Vector3>(_network.ColourGradients.Span).Slice(first, count);
        var distances = _distances.AsSpan(first, count);
        var transmittances = _transmittances.AsSpan(first, count);
        var opacityGradients = _opacityGradients.AsSpan(first, count);
        var (colour, distance, _) = Compositing.Forward(opacities, colours, distances, field.Background, transmittances);
        var error = colour - rays.Colours[ray];
        var loss = error.LengthSquared();
        var distanceGradient = 0f;
        var supervised = _options.DepthSupervision && rays.HasDepth;
        if (supervised && surface >= 0)
        {
            var difference = distance - rays.Depths[ray] / field.Cube.Size;
            loss += _options.DepthWeight * Math.Abs(difference);
            distanceGradient = _options.DepthWeight * Math.Sign(difference) * share;
        }
        Compositing.Backward(opacities, colours, distances, field.Background, transmittances, 2 * share * error, distanceGradient, opacityGradients, colourGradients);
        // Depth says of every voxel up to the surface whether it is the one; without a surface within the voxels only a ray that hits nothing says so.
        var labelled = supervised && (surface >= 0 || float.IsPositiveInfinity(rays.Depths[ray]));
        for (var k = 0; k < count; k++)
        {
            var opacity = opacities[k];
            var gradient = opacityGradients[k] * opacity * (1 - opacity);
            if (labelled)
            {
                loss -= _options.OpacityWeight * MathF.Log(Math.Max(1e-7f, k == surface ? opacity : 1 - opacity));
                gradient += _options.OpacityWeight * share * (opacity - (k == surface ? 1 : 0));
            }
            _network.OpacityGradients.Span[first + k] = gradient;
            colourGradients[k] *= colours[k] * (Vector3.One - colours[k]);
        }
        Loss += (double)share * loss;
    }

    private void NoteFeatures(SparseLightField field, int samples, float share, RowGradients fine, RowGradients coarse)
    {
        var width = field.Options.FeatureWidth;
        var decay = 2 * _options.FeatureDecay * share;
        var (gradients, input) = (_network.InputGradient(samples), _network.Input.Matrix);
        Span<float> weights = stackalloc float[8];
        for (var sample = 0; sample < samples; sample++)
        {
            var gradient = gradients.Row(sample);
            var features = input.Row(sample)[.._layers.FeatureColumns];
            TensorPrimitives.MultiplyAdd(features, decay, gradient, gradient);
            Loss += 0.5 * decay * TensorPrimitives.SumOfSquares<float>(features);
            var (leaf, (entry, exit)) = (_leaves[sample], _places[sample]);
            Note(fine, field.Lattice.FineCorners(leaf), entry, gradient[..width], weights);
            Note(fine, field.Lattice.FineCorners(leaf), exit, gradient.Slice(width, width), weights);
            if (field.Lattice.Coarse is not null)
                Note(coarse, field.Lattice.CoarseCorners(leaf), field.Lattice.LocalInCoarse(leaf, 0.5f * (entry + exit)), gradient.Slice(2 * width, width), weights);
        }
    }

    private void Note(RowGradients rows, ReadOnlySpan<int> corners, Vector3 local, ReadOnlySpan<float> gradient, Span<float> weights)
    {
        VoxelLattice.Weights(local, weights);
        var place = rows.Put(_shard, gradient);
        for (var corner = 0; corner < 8; corner++)
            rows.Add(_shard, corners[corner], weights[corner], place);
    }

    private static void Raise(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); value > seen; seen = Volatile.Read(ref place))
            if (Interlocked.CompareExchange(ref place, value, seen) == seen)
                return;
    }
}
