using System.Numerics;
using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Space.LightFields;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.LightFields;

public class SparseLightFieldTests
{
    private static readonly LightFieldOptions s_shape = new() { Level = 5, MinimumHits = 1, Hidden = 16, FeatureWidth = 4, CoarseLevels = 2 };

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_gradient_of_the_whole_loss_is_that_of_finite_differences(bool withDepth, bool shared)
    {
        var rays = new RayTable(BallScene.Make(3, 0, 12).Train, new Vector3(0.9f, 0.8f, 1));
        var trainer = LightFieldTrainer.Begin(rays, s_shape with { SharedCorners = shared }, new() { Steps = 10, BatchRays = 64, DepthSupervision = withDepth, FeatureDecay = 0.01f });
        // Larger features than at the beginning, so that there is something to see.
        new RandomStream(5, "features").FillNormal(trainer.Field.Fine, 0.5);
        new RandomStream(6, "features").FillNormal(trainer.Field.Coarse, 0.5);
        int[] batch = [.. Enumerable.Range(0, rays.Count).Where(ray => ray % 3 == 0)];
        var gradient = Fresh().Gradient(batch);
        var layers = trainer.Field.Network.Layers;
        Check(trainer.Field.Fine, gradient.Fine);
        Check(trainer.Field.Coarse, gradient.Coarse);
        for (var layer = 0; layer < layers.Count; layer++)
        {
            Check(layers[layer].Weights.Span.ToArray(), gradient.Dense[layer].Weights.Span.ToArray(), layers[layer]);
            Check(layers[layer].Bias, gradient.Dense[layer].Bias);
        }

        // A gradient adds to sums that only a step clears, so each is taken by a trainer of its own over the same light field.
        LightFieldTrainer Fresh()
        {
            var fresh = LightFieldTrainer.Begin(rays, trainer.Field.Options, new() { Steps = 10, BatchRays = 64, DepthSupervision = withDepth, FeatureDecay = 0.01f });
            trainer.Field.Fine.CopyTo(fresh.Field.Fine, 0);
            trainer.Field.Coarse.CopyTo(fresh.Field.Coarse, 0);
            for (var layer = 0; layer < trainer.Field.Network.Layers.Count; layer++)
            {
                trainer.Field.Network.Layers[layer].Weights.Span.CopyTo(fresh.Field.Network.Layers[layer].Weights.Span);
                trainer.Field.Network.Layers[layer].Bias.CopyTo(fresh.Field.Network.Layers[layer].Bias, 0);
            }
            return fresh;
        }

        // Along the gradient itself the loss changes by its squared length.
        void Check(float[] values, float[] direction, DenseLayer? layer = null)
        {
            var before = (float[])values.Clone();
            var length = Math.Sqrt(direction.Sum(value => (double)value * value));
            Assert.True(length > 1e-6);
            double LossAt(double step)
            {
                for (var i = 0; i < values.Length; i++)
                    values[i] = before[i] + (float)(step * direction[i] / length);
                layer?.Weights.Span.Clear();
                if (layer is not null)
                    values.CopyTo(layer.Weights.Span);
                return Fresh().Gradient(batch).Loss;
            }
            const double step = 4e-3;
            var slope = (LossAt(step) - LossAt(-step)) / (2 * step);
            before.CopyTo(values, 0);
            if (layer is not null)
                before.CopyTo(layer.Weights.Span);
            Assert.Equal(1, slope / length, 0.03);
        }
    }

    [Fact]
    public void It_learns_two_balls_and_draws_them_from_elsewhere_with_their_depth()
    {
        var data = BallScene.Make(24, 2, 32);
        var trainer = LightFieldTrainer.Begin(new RayTable(data.Train, Vector3.One), s_shape with { Hidden = 32, Dilation = 1 }, new() { Steps = 150, BatchRays = 1024 });
        var before = trainer.Field.VoxelCount;
        trainer.Run();
        Assert.InRange(trainer.Field.VoxelCount, 100, before - 1);
        foreach (var view in data.Test)
        {
            var drawn = trainer.Model.Render(view.Camera);
            var truth = view.Display(Vector3.One);
            Assert.InRange(ViewMetrics.Psnr(drawn.Colour, truth), 20, 60);
            Assert.InRange(ViewMetrics.DepthError(drawn.Depth, view.Depth!, 2), 0, 0.08);
            Assert.InRange((double)drawn.Queries / drawn.HitRays, 1, 8);
        }
    }

    [Fact]
    public void A_run_that_was_interrupted_ends_in_the_same_bytes_on_any_number_of_threads()
    {
        var rays = new RayTable(BallScene.Make(4, 0, 16).Train, Vector3.One);
        LightFieldTrainer Begin() => LightFieldTrainer.Begin(rays, s_shape, new() { Steps = 12, BatchRays = 128, PruneAtPercent = "30" });
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string Place(string name) => Path.Combine(folder.FullName, name);
            var whole = Begin();
            whole.Run();
            whole.Save(Place("whole"));
            whole.Field.Save(Place("whole.safetensors"));
            foreach (var interruption in new[] { 2, 7 })
            {
                var threads = WorkerPool.ThreadCount;
                WorkerPool.ThreadCount = interruption == 2 ? 1 : 3;
                var first = Begin();
                while (first.StepCount < interruption)
                    first.Step();
                first.Save(Place("checkpoint"));
                var second = Begin();
                second.Run(Place("checkpoint"));
                WorkerPool.ThreadCount = threads;
                Assert.Equal(File.ReadAllBytes(Place("whole")), File.ReadAllBytes(Place("checkpoint")));
                second.Field.Save(Place("second.safetensors"));
                Assert.Equal(File.ReadAllBytes(Place("whole.safetensors")), File.ReadAllBytes(Place("second.safetensors")));
            }
            var other = LightFieldTrainer.Begin(rays, s_shape, new() { Steps = 13, BatchRays = 128 });
            Assert.Contains("other views or other options", Assert.Throws<MismatchException>(() => other.Run(Place("checkpoint"))).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_file_draws_the_same_picture_and_damaged_ones_are_refused()
    {
        var rays = new RayTable(BallScene.Make(4, 0, 16).Train, Vector3.One);
        var field = LightFieldTrainer.Begin(rays, s_shape, new() { Steps = 10 }).Field;
        var path = Path.GetTempFileName();
        try
        {
            field.Save(path);
            var camera = BallScene.Camera(1, 7, 0.3f, 20);
            var loaded = SparseLightField.Load(path);
            Assert.Equal(field.Render(camera).Colour.Pixels, loaded.Render(camera).Colour.Pixels);
            Assert.Equal((field.VoxelCount, field.ParameterCount, field.Cube), (loaded.VoxelCount, loaded.ParameterCount, loaded.Cube));
            var bytes = File.ReadAllBytes(path);
            File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
            Assert.Throws<InvalidFileException>(() => SparseLightField.Load(path));
            // The codes are the only numbers of eight bytes and stand first.
            var start = 8 + BitConverter.ToInt32(bytes);
            bytes.AsSpan(start + 8, 8).Fill(0xFF);
            File.WriteAllBytes(path, bytes);
            Assert.Contains("voxels", Assert.Throws<InvalidFileException>(() => SparseLightField.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Without_depth_it_begins_with_the_visual_hull_and_says_so()
    {
        var warnings = new List<string>();
        var rays = new RayTable(BallScene.Make(12, 0, 24, withDepth: false).Train, Vector3.One);
        var trainer = LightFieldTrainer.Begin(rays, s_shape, new() { Steps = 10, BatchRays = 64 }, warnings);
        Assert.Contains("visual hull", Assert.Single(warnings));
        Assert.True(trainer.Step() > 0);
    }

    [Fact]
    public void Options_out_of_range_are_refused_in_a_line()
    {
        Assert.Contains("Level", Assert.Throws<InvalidSettingException>(() => new LightFieldOptions { Level = 11 }.Validate()).Message);
        Assert.Contains("FeatureWidth", Assert.Throws<InvalidSettingException>(() => new LightFieldOptions { FeatureWidth = 6 }.Validate()).Message);
        Assert.Contains("'x'", Assert.Throws<InvalidSettingException>(() => new LightFieldTrainingOptions { PruneAtPercent = "30,x" }.Validate()).Message);
        Assert.Throws<InvalidSettingException>(() => new LightFieldTrainingOptions { Steps = 0 }.Validate());
    }
}
