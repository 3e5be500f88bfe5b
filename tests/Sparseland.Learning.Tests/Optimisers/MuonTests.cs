using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Learning.Optimisers;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Learning.Tests.Optimisers;

public class MuonTests
{
    [Theory]
    [InlineData(12, 12)]
    [InlineData(24, 9)]
    [InlineData(7, 33)]
    public void Orthogonalising_brings_singular_values_near_one_and_keeps_singular_vectors(int rows, int columns)
    {
        // A = U S V' with known factors: what comes out must be U S2 V' with S2 near 1.
        var rank = Math.Min(rows, columns);
        var (u, v) = (Orthonormal(rows, rank, 1), Orthonormal(columns, rank, 2));
        var matrix = new Tensor<double>(new Shape(rows, columns));
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                for (var k = 0; k < rank; k++)
                    matrix.Matrix[i, j] += u[i, k] * (0.3 + 3.0 * k / rank) * v[j, k];
        Muon<double>.Orthogonalise(matrix);
        for (var k = 0; k < rank; k++)
            for (var l = 0; l < rank; l++)
            {
                var projected = 0.0;
                for (var i = 0; i < rows; i++)
                    for (var j = 0; j < columns; j++)
                        projected += u[i, k] * matrix.Matrix[i, j] * v[j, l];
                if (k == l)
                    Assert.InRange(projected, 0.6, 1.3);
                else
                    Assert.Equal(0, projected, 1e-9);
            }
    }

    [Fact]
    public void A_zero_matrix_stays_zero()
    {
        var matrix = new Tensor<float>(new Shape(3, 4));
        Muon<float>.Orthogonalise(matrix);
        Assert.All(matrix.Span.ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void A_step_is_the_orthogonalised_Nesterov_momentum_in_the_size_of_a_step_of_Adam()
    {
        var parameter = Parameter("w", 6, 10);
        var optimiser = new Muon<double>([parameter], _ => true, new MuonOptions(0.9, 0.1));
        var expected = parameter.Value.Span.ToArray();
        var momentum = new double[expected.Length];
        for (var step = 1; step <= 3; step++)
        {
            SetGradient(parameter, step);
            var direction = new Tensor<double>(parameter.Value.Shape);
            for (var i = 0; i < momentum.Length; i++)
            {
                momentum[i] = 0.9 * momentum[i] + parameter.Gradient.Span[i];
                direction.Span[i] = parameter.Gradient.Span[i] + 0.9 * momentum[i];
            }
            Muon<double>.Orthogonalise(direction);
            for (var i = 0; i < expected.Length; i++)
                expected[i] = expected[i] * (1 - 0.01 * 0.1) - 0.01 * 0.2 * Math.Sqrt(10) * direction.Span[i];
            optimiser.Step(0.01);
        }
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], parameter.Value.Span[i], 1e-12);
    }

    [Fact]
    public void What_is_not_orthogonalised_takes_the_steps_of_AdamW()
    {
        var (embedding, gain) = (Parameter("embedding", 5, 4), Parameter("gain", 1, 4));
        var (sameEmbedding, sameGain) = (Parameter("embedding", 5, 4), Parameter("gain", 1, 4));
        var options = new AdamWOptions(Beta2: 0.9);
        var muon = new Muon<double>([Parameter("w", 3, 3), embedding, gain], parameter => parameter.Name == "w", new MuonOptions(Rest: options));
        var adamW = new AdamW<double>([sameEmbedding, sameGain], options);
        for (var step = 1; step <= 3; step++)
        {
            foreach (var parameter in (Parameter<double>[])[embedding, gain, sameEmbedding, sameGain])
                SetGradient(parameter, step);
            muon.Step(0.01);
            adamW.Step(0.01);
        }
        Assert.Equal(sameEmbedding.Value.Span.ToArray(), embedding.Value.Span.ToArray());
        Assert.Equal(sameGain.Value.Span.ToArray(), gain.Value.Span.ToArray());
    }

    [Fact]
    public void Masked_weights_and_their_momentum_stay_zero()
    {
        var parameter = Parameter("w", 4, 8);
        var mask = new Mask(4, 8);
        for (var row = 0; row < 4; row++)
            for (var column = row % 2; column < 8; column += 2)
                mask[row, column] = true;
        parameter.Mask = mask;
        var optimiser = new Muon<double>([parameter], _ => true);
        SetGradient(parameter, 1);
        optimiser.Step(0.1);
        foreach (var tensor in optimiser.State.Select(state => state.Value).Append(parameter.Value))
            for (var row = 0; row < 4; row++)
                for (var column = 0; column < 8; column++)
                    Assert.Equal(mask[row, column], tensor.Matrix[row, column] != 0);
    }

    private static Parameter<double> Parameter(string name, int rows, int columns)
    {
        var parameter = new Parameter<double>(name, new Tensor<double>(new Shape(rows, columns)));
        Fill(new RandomStream(1, name), parameter.Value.Span);
        return parameter;
    }

    private static void SetGradient(Parameter<double> parameter, int step)
    {
        var values = new double[parameter.Value.Length];
        Fill(new RandomStream(2, "gradient", (ulong)step), values);
        parameter.ClearGradient();
        var tape = new Tape<double>();
        tape.Leaf(parameter).AddGradient(values);
    }

    private static void Fill(RandomStream chance, Span<double> values)
    {
        foreach (ref var value in values)
            value = 2 * chance.NextDouble() - 1;
    }

    // Gram-Schmidt on random columns.
    private static double[,] Orthonormal(int rows, int count, ulong seed)
    {
        var result = new double[rows, count];
        var chance = new RandomStream(seed, "orthonormal");
        for (var k = 0; k < count; k++)
        {
            for (var i = 0; i < rows; i++)
                result[i, k] = chance.NextDouble() - 0.5;
            for (var l = 0; l < k; l++)
            {
                var dot = Enumerable.Range(0, rows).Sum(i => result[i, k] * result[i, l]);
                for (var i = 0; i < rows; i++)
                    result[i, k] -= dot * result[i, l];
            }
            var norm = Math.Sqrt(Enumerable.Range(0, rows).Sum(i => result[i, k] * result[i, k]));
            for (var i = 0; i < rows; i++)
                result[i, k] /= norm;
        }
        return result;
    }
}
