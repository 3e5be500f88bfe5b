namespace Sparseland.Language.Tokenizers;

/// <summary>A token that is found in the text before anything else, whole.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Left out when special tokens are skipped in decoding.</param>
/// <param name="LeftStrip">Takes the white space before it along.</param>
/// <param name="RightStrip">Takes the white space after it along.</param>
/// <param name="SingleWord">Found only where no letter or digit adjoins.</param>
/// <param name="Normalized">Found in the normalised text instead of the raw one.</param>
public sealed record AddedToken(
    int Id, string Content, bool Special = true, bool LeftStrip = false, bool RightStrip = false, bool SingleWord = false, bool Normalized = false);
