using System.Numerics;
using Sparseland.Autograd;
using Sparseland.Tensors;

namespace Sparseland.Learning.Optimisers;

/// <summary>Figures of <see cref="Muon{T}"/>.</summary>
/// <param name="Momentum">Memory of the momentum, 0 to 1.</param>
/// <param name="WeightDecay">Pull towards zero per step, times the learning rate.</param>
/// <param name="Rest">Figures of AdamW for the parameters that are not orthogonalised.</param>
public sealed record MuonOptions(double Momentum = 0.95, double WeightDecay = 0.1, AdamWOptions? Rest = null);

/// <summary>
/// Momentum whose matrix is orthogonalised before the step (Jordan et al. 2024), so that rare directions are learned as fast as frequent ones. Five steps of a quintic
/// Newton-Schulz iteration bring all singular values near 1; the step is scaled to the size of one of AdamW (Liu et al. 2025, "Muon is scalable for LLM training",
/// section 2.2), so that both share learning rates and decay. Embeddings, heads, gains and biases go to AdamW.
/// </summary>
/// <typeparam name="T">float, or double in tests.</typeparam>
public sealed class Muon<T> : Optimiser<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Iterations = 5;
    private const double AdamScale = 0.2;

    private readonly MuonOptions _options;
    private readonly Tensor<T>?[] _momenta;
    private readonly int[] _restIndex;
    private readonly AdamW<T> _rest;
    private readonly Dictionary<Shape, Tensor<T>> _scratch = [];

    /// <summary>Makes an optimiser with fresh state.</summary>
    /// <param name="parameters">All parameters, in a fixed order.</param>
    /// <param name="orthogonalise">Which of the matrices among them take Muon's step: the layers' weights, not embeddings and heads.</param>
    /// <param name="options">Its figures.</param>
    public Muon(IEnumerable<Parameter<T>> parameters, Func<Parameter<T>, bool> orthogonalise, MuonOptions? options = null) : base(parameters)
    {
        ArgumentNullException.ThrowIfNull(orthogonalise);
        _options = options ?? new MuonOptions();
        _momenta = [.. Parameters.Select(parameter => parameter.Value.Shape.Rank == 2 && orthogonalise(parameter) ? new Tensor<T>(parameter.TrainedShape) : null)];
        var rest = new List<Parameter<T>>();
        _restIndex = new int[_momenta.Length];
        for (var i = 0; i < _momenta.Length; i++)
        {
            _restIndex[i] = _momenta[i] is null ? rest.Count : -1;
            if (_momenta[i] is null)
                rest.Add(Parameters[i]);
        }
        _rest = new AdamW<T>(rest, _options.Rest);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor<T> Value)> State =>
        Parameters.Zip(_momenta).Where(pair => pair.Second is not null).Select(pair => ($"muon.momentum.{pair.First.Name}", pair.Second!)).Concat(_rest.State);

    /// <inheritdoc/>
    protected override IEnumerable<Tensor<T>> StateOf(int index) => _momenta[index] is { } momentum ? [momentum] : _rest.StateFor(_restIndex[index]);

    /// <inheritdoc/>
    protected override void Update(int index, Parameter<T> parameter, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (_momenta[index] is not { } momentum)
        {
            _rest.StepOne(_restIndex[index], StepCount, learningRate);
            return;
        }
        // m <- mu m + g, direction g + mu m (Nesterov); the gradient's own memory holds the direction.
        var g = parameter.Gradient.Span;
        var m = momentum.Span;
        var mu = T.CreateChecked(_options.Momentum);
        TensorPrimitives.MultiplyAdd(m, mu, g, m);
        TensorPrimitives.MultiplyAdd(m, mu, g, g);
        Orthogonalise(parameter.Gradient, Scratch);
        var (trained, directions) = (parameter.Trained, parameter.Gradient.Matrix);
        var scale = learningRate * AdamScale * Math.Sqrt(Math.Max(trained.Rows, trained.Columns));
        for (var row = 0; row < trained.Rows; row++)
        {
            var value = trained.Row(row);
            TensorPrimitives.Multiply(value, T.CreateChecked(1 - learningRate * _options.WeightDecay), value);
            TensorPrimitives.MultiplyAdd(directions.Row(row), T.CreateChecked(-scale), value, value);
        }
        trained.KeepAlive();
        directions.KeepAlive();
    }

    /// <summary>Brings the singular values of a matrix near 1 (0.7 to 1.2) and keeps its singular vectors; a zero matrix stays zero.</summary>
    public static void Orthogonalise(Tensor<T> matrix) => Orthogonalise(matrix, (_, rows, columns) => new Tensor<T>(new Shape(rows, columns)));

    // X <- aX + (bA + cA^2)X with A = XX' on the short side, coefficients of Jordan et al. 2024.
    private static void Orthogonalise(Tensor<T> matrix, Func<int, int, int, Tensor<T>> scratch)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var norm = double.CreateChecked(TensorPrimitives.Norm<T>(matrix.Span));
        if (norm == 0)
            return;
        TensorPrimitives.Multiply(matrix.Span, T.CreateChecked(1 / norm), matrix.Span);
        var (rows, columns) = (matrix.Shape[0], matrix.Shape[1]);
        var tall = rows > columns;
        var side = Math.Min(rows, columns);
        var (gram, square, product) = (scratch(0, side, side), scratch(1, side, side), scratch(2, rows, columns));
        var (a, b, c) = (T.CreateChecked(3.4445), T.CreateChecked(-4.7750), T.CreateChecked(2.0315));
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Gemm.Multiply(matrix.Matrix, tall, matrix.Matrix, !tall, gram.Matrix);
            Gemm.Multiply(gram.Matrix, false, gram.Matrix, false, square.Matrix);
            TensorPrimitives.Multiply(square.Span, c, square.Span);
            TensorPrimitives.MultiplyAdd(gram.Span, b, square.Span, square.Span);
            if (tall)
                Gemm.Multiply(matrix.Matrix, false, square.Matrix, false, product.Matrix);
            else
                Gemm.Multiply(square.Matrix, false, matrix.Matrix, false, product.Matrix);
            TensorPrimitives.MultiplyAdd(matrix.Span, a, product.Span, matrix.Span);
        }
    }

    // One buffer per role and shape, kept for the next step.
    private Tensor<T> Scratch(int role, int rows, int columns)
    {
        var key = new Shape(role, rows, columns);
        if (!_scratch.TryGetValue(key, out var tensor))
            _scratch.Add(key, tensor = new Tensor<T>(new Shape(rows, columns)));
        return tensor;
    }
}
