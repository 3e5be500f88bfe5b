using System.Numerics;
using Sparseland.Chance;
using Sparseland.Space.LightFields;
using Sparseland.Trees.Keys;

namespace Sparseland.Space.Tests.LightFields;

public class BaselineTests
{
    private static readonly Cube s_cube = new(new Vector3(-1), 2);
    private static readonly NerfOptions s_nerf = new() { Steps = 20, BatchRays = 64, Layers = 6, Width = 16, CoarseSamples = 8, FineSamples = 8, PositionOctaves = 3, DirectionOctaves = 2 };
    private static readonly GridOptions s_grid = new() { Steps = 20, BatchRays = 64, Side = 8, Samples = 16, Hidden = 16 };

    [Fact]
    public void An_encoding_is_sines_and_cosines_of_doubled_angles()
    {
        var value = new Vector3(0.37f, -0.81f, 0.05f);
        var encoded = new float[63];
        NerfNetwork.Encode(value, encoded);
        for (var axis = 0; axis < 3; axis++)
        {
            Assert.Equal(value[axis], encoded[axis]);
            for (var octave = 0; octave < 10; octave++)
            {
                var angle = Math.ScaleB(Math.PI * value[axis], octave);
                Assert.Equal(Math.Sin(angle), encoded[3 + 6 * octave + axis], 1e-3);
                Assert.Equal(Math.Cos(angle), encoded[6 + 6 * octave + axis], 1e-3);
            }
        }
    }

    [Fact]
    public void The_gradient_of_a_radiance_field_is_that_of_finite_differences()
    {
        var rays = new RayTable(BallScene.Make(2, 0, 10).Train, Vector3.One);
        // Without fine samples, whose places follow the weights and have no gradient.
        var trainer = new NerfTrainer(rays, s_cube, s_nerf with { CoarseSamples = 16, FineSamples = 0 });
        int[] batch = [.. Enumerable.Range(0, rays.Count).Where(ray => ray % 5 == 0)];
        var gradient = trainer.Gradient(batch).Gradient.Select(one => (float[])[.. one.Weights.Span, .. one.Bias]).ToArray();
        for (var layer = 0; layer < gradient.Length; layer++)
        {
            var values = trainer.Network.Layers[layer];
            CheckSlope(gradient[layer], step =>
            {
                Move(values, gradient[layer], step);
                var loss = trainer.Gradient(batch).Loss;
                Move(values, gradient[layer], -step);
                return loss;
            });
        }
    }

    [Fact]
    public void The_gradient_of_a_density_grid_is_that_of_finite_differences()
    {
        var rays = new RayTable(BallScene.Make(2, 0, 10).Train, Vector3.One);
        int[] batch = [.. Enumerable.Range(0, rays.Count).Where(ray => ray % 5 == 0)];
        // Values far from nothing, so that every sample shows: left-out samples have no gradient.
        GridTrainer Begin()
        {
            var trainer = new GridTrainer(rays, s_cube, s_grid);
            new RandomStream(3, "values").FillNormal(trainer.Grid.Values, 0.5);
            for (var i = 0; i < trainer.Grid.Values.Length; i += DensityGrid.Width)
                trainer.Grid.Values[i] = 3 + 0.5f * trainer.Grid.Values[i];
            return trainer;
        }
        var (_, values, layers) = Begin().Gradient(batch);
        CheckSlope(values, step =>
        {
            var trainer = Begin();
            var length = Length(values);
            for (var i = 0; i < values.Length; i++)
                trainer.Grid.Values[i] += (float)(step * values[i] / length);
            return trainer.Gradient(batch).Loss;
        });
        for (var layer = 0; layer < layers.Length; layer++)
        {
            float[] direction = [.. layers[layer].Weights.Span, .. layers[layer].Bias];
            CheckSlope(direction, step =>
            {
                var trainer = Begin();
                Move(trainer.Grid.Layers[layer], direction, step);
                return trainer.Gradient(batch).Loss;
            });
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Baselines_learn_and_go_on_to_the_same_bytes(bool grid)
    {
        var rays = new RayTable(BallScene.Make(6, 0, 16).Train, Vector3.One);
        ViewTrainer Begin() => grid ? new GridTrainer(rays, s_cube, s_grid with { BatchRays = 256, Steps = 40 }) : new NerfTrainer(rays, s_cube, s_nerf with { BatchRays = 128, Steps = 40, Layers = 2, NetworkRate = 5e-3f });
        var camera = BallScene.Camera(0, 5, 0.2f, 16);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var whole = Begin();
            var first = whole.Step();
            whole.Run();
            whole.Save(Path.Combine(folder.FullName, "whole"));
            var part = Begin();
            while (part.StepCount < 11)
                part.Step();
            part.Save(Path.Combine(folder.FullName, "part"));
            Begin().Run(Path.Combine(folder.FullName, "part"));
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.FullName, "whole")), File.ReadAllBytes(Path.Combine(folder.FullName, "part")));
            var drawn = whole.Model.Render(camera);
            Assert.InRange(ViewMetrics.Psnr(drawn.Colour, BallScene.Make(0, 5, 16).Test[0].Display(Vector3.One)), 8, 60);
            Assert.InRange(drawn.Queries, 1, 16 * drawn.HitRays);
            Assert.True(Begin().Step() == first);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void CheckSlope(float[] direction, Func<double, double> lossAt)
    {
        const double step = 3e-3;
        var length = Length(direction);
        Assert.True(length > 1e-6);
        Assert.Equal(1, (lossAt(step) - lossAt(-step)) / (2 * step * length), 0.03);
    }

    private static double Length(float[] direction) => Math.Sqrt(direction.Sum(value => (double)value * value));

    private static void Move(DenseLayer layer, float[] direction, double step)
    {
        var scale = (float)(step / Length(direction));
        for (var i = 0; i < direction.Length; i++)
        {
            if (i < layer.Weights.Length)
                layer.Weights.Span[i] += scale * direction[i];
            else
                layer.Bias[i - (int)layer.Weights.Length] += scale * direction[i];
        }
    }
}
