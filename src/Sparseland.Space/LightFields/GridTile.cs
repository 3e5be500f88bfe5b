using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Space.LightFields;

/// <summary>Some rays through a grid of densities. Samples that light does not reach, or that stop next to none, are left out before the network is asked, as the paper does.</summary>
internal sealed class GridTile
{
    // A ray ends when this share of its light is left.
    private const float Opaque = 1e-4f;

    // A sample whose weight is below this has no colour of its own; the density learns from it nevertheless.
    private const float Invisible = 1e-4f;

    private readonly DensityGrid _grid;
    private readonly int[] _ends;
    private readonly int[] _corners;
    private readonly Vector3[] _locals;
    private readonly float[] _values;
    private readonly float[] _opacities, _distances, _widths, _transmittances, _opacityGradients;
    private readonly Vector3[] _colours, _colourGradients, _directions;
    private readonly int[] _shown;
    private readonly Tensor<float> _input, _first, _second, _logits, _logitGradient, _secondGradient, _firstGradient, _inputGradient;
    private int _rays, _samples, _shownCount;

    public GridTile(DensityGrid grid, int rays, bool withGradient)
    {
        _grid = grid;
        var capacity = rays * grid.Options.Samples;
        _ends = new int[rays + 1];
        _directions = new Vector3[rays];
        _corners = new int[8 * capacity];
        _locals = new Vector3[capacity];
        _values = new float[DensityGrid.Width * capacity];
        (_opacities, _distances, _widths) = (new float[capacity], new float[capacity], new float[capacity]);
        (_transmittances, _opacityGradients) = (new float[capacity], new float[capacity]);
        (_colours, _colourGradients) = (new Vector3[capacity], new Vector3[capacity]);
        _shown = new int[capacity];
        var hidden = grid.Options.Hidden;
        (_input, _first, _second, _logits) = (Make(grid.Layers[0].Inputs), Make(hidden), Make(hidden), Make(3));
        capacity = withGradient ? capacity : 1;
        (_inputGradient, _firstGradient, _secondGradient, _logitGradient) = (Make(DensityGrid.Width - 1), Make(hidden), Make(hidden), Make(3));

        Tensor<float> Make(int columns) => new(new Shape(capacity, columns));
    }

    /// <summary>Samples whose density was asked for.</summary>
    public int Queries { get; private set; }

    /// <summary>Rays that met the cube.</summary>
    public int HitRays { get; private set; }

    /// <summary>Forgets all rays.</summary>
    public void Clear() => (_rays, _samples, _shownCount, Queries, HitRays) = (0, 0, 0, 0, 0);

    /// <summary>Adds a ray and finds its densities; with chance the samples lie anywhere in their intervals, without it in the middle.</summary>
    public void Add(Vector3 origin, Vector3 direction, RandomStream? chance)
    {
        var (from, to) = UniformSamples.Interval(_grid.Cube.Minimum, _grid.Cube.Maximum, origin, direction);
        _directions[_rays] = direction;
        var (count, remaining) = (from < to ? _grid.Options.Samples : 0, 1f);
        HitRays += count > 0 ? 1 : 0;
        var width = (to - from) / _grid.Options.Samples;
        for (var i = 0; i < count && remaining > Opaque; i++)
        {
            var distance = from + (i + (chance is null ? 0.5f : (float)chance.NextDouble())) * width;
            var corners = _corners.AsSpan(8 * _samples, 8);
            _locals[_samples] = _grid.Locate(origin + distance * direction, corners);
            var values = _values.AsSpan(DensityGrid.Width * _samples, DensityGrid.Width);
            VoxelLattice.Interpolate(corners, _locals[_samples], _grid.Values, values);
            _widths[_samples] = width / _grid.CellSize;
            _distances[_samples] = distance;
            var opacity = 1 - MathF.Exp(-DensityGrid.Density(values[0]) * _widths[_samples]);
            _opacities[_samples] = opacity;
            _colours[_samples] = Vector3.Zero;
            if (remaining * opacity > Invisible)
                _shown[_shownCount++] = _samples;
            remaining *= 1 - opacity;
            _samples++;
            Queries++;
        }
        _ends[++_rays] = _samples;
    }

    /// <summary>Asks the network for the colours of all samples that show.</summary>
    public void FindColours()
    {
        var ray = 0;
        for (var i = 0; i < _shownCount; i++)
        {
            var sample = _shown[i];
            var row = _input.Matrix.Row(i);
            while (_ends[ray + 1] <= sample)
                ray++;
            _values.AsSpan(DensityGrid.Width * sample + 1, DensityGrid.Width - 1).CopyTo(row);
            SphericalHarmonics.Evaluate(_directions[ray], row[(DensityGrid.Width - 1)..]);
        }
        if (_shownCount == 0)
            return;
        _grid.Layers[0].Forward(Shown(_input), Shown(_first), rectify: true);
        _grid.Layers[1].Forward(Shown(_first), Shown(_second), rectify: true);
        _grid.Layers[2].Forward(Shown(_second), Shown(_logits), rectify: false);
        var logits = _logits.Span[..(3 * _shownCount)];
        TensorPrimitives.Sigmoid<float>(logits, logits);
        var colours = MemoryMarshal.Cast<float, Vector3>(logits);
        for (var i = 0; i < _shownCount; i++)
            _colours[_shown[i]] = colours[i];
    }

    /// <summary>Composes a ray.</summary>
    public (Vector3 Colour, float Distance, float Background) Compose(int ray)
    {
        var (start, count) = (_ends[ray], _ends[ray + 1] - _ends[ray]);
        return Compositing.Forward(_opacities.AsSpan(start, count), _colours.AsSpan(start, count), _distances.AsSpan(start, count), _grid.Background, _transmittances.AsSpan(start, count));
    }

    /// <summary>Finds the gradients of a composed ray's samples.</summary>
    public void Learn(int ray, Vector3 colourGradient)
    {
        var (start, count) = (_ends[ray], _ends[ray + 1] - _ends[ray]);
        Compositing.Backward(_opacities.AsSpan(start, count), _colours.AsSpan(start, count), _distances.AsSpan(start, count), _grid.Background, _transmittances.AsSpan(start, count),
            colourGradient, 0, _opacityGradients.AsSpan(start, count), _colourGradients.AsSpan(start, count));
    }

    /// <summary>Adds the gradients of the layers and notes those of the grid.</summary>
    public void Backward(DenseGradient[] gradients, RowGradients rows, int shard)
    {
        if (_shownCount > 0)
            BackwardColours(gradients);
        Span<float> vector = stackalloc float[DensityGrid.Width];
        Span<float> weights = stackalloc float[8];
        var next = 0;
        for (var sample = 0; sample < _samples; sample++)
        {
            vector.Clear();
            vector[0] = _opacityGradients[sample] * _widths[sample] * (1 - _opacities[sample]) * DensityGrid.DensitySlope(_values[DensityGrid.Width * sample]);
            if (next < _shownCount && _shown[next] == sample)
                _inputGradient.Matrix.Row(next++).CopyTo(vector[1..]);
            VoxelLattice.Weights(_locals[sample], weights);
            var place = rows.Put(shard, vector);
            for (var corner = 0; corner < 8; corner++)
                rows.Add(shard, _corners[8 * sample + corner], weights[corner], place);
        }
    }

    private void BackwardColours(DenseGradient[] gradients)
    {
        var logitGradients = MemoryMarshal.Cast<float, Vector3>(_logitGradient.Span);
        for (var i = 0; i < _shownCount; i++)
            logitGradients[i] = _colourGradients[_shown[i]] * _colours[_shown[i]] * (Vector3.One - _colours[_shown[i]]);
        _grid.Layers[2].Backward(Shown(_second), Shown(_logitGradient), gradients[2], Shown(_secondGradient));
        DenseLayer.MaskRectified(Shown(_second), Shown(_secondGradient));
        _grid.Layers[1].Backward(Shown(_first), Shown(_secondGradient), gradients[1], Shown(_firstGradient));
        DenseLayer.MaskRectified(Shown(_first), Shown(_firstGradient));
        _grid.Layers[0].Backward(Shown(_input), Shown(_firstGradient), gradients[0], Shown(_inputGradient));
    }

    private MatrixView<float> Shown(Tensor<float> tensor) => tensor.Matrix.SliceRows(0, _shownCount);
}
