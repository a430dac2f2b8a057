"""Lets the visitor choose photos, a folder or a ZIP archive, and starts their classification."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from qana.errors import UserError
from qana.screening.photo_collection import (
    MAX_COLLECTION_MB,
    MAX_PHOTOS,
    ChosenFile,
    PhotoCollection,
    collect_photos,
)
from ui.batch.session import start_batch
from ui.disclaimer import show_disclaimer
from ui.model_choice import get_chosen_model, show_network_choice
from ui.shared_models import get_classifier
from ui.visitor_text import escape_markdown

FILES, FOLDER = "Photos or a ZIP", "A folder"


def show_choice() -> None:
    """Shows the uploader, what has been chosen, and the button that starts."""
    st.title("Classify a batch", anchor=False)
    st.markdown(
        f"Up to {MAX_PHOTOS} photos at once, as a table with the most urgent ones first. "
        "The photos stay in memory and are dropped when you leave."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.segmented_control(
            "What do you have?", [FILES, FOLDER], default=FILES, required=True, key="batch_source"
        )
        show_network_choice()
    try:
        classifier = get_classifier(get_chosen_model())
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    number = st.session_state.get("batch_number", 0)
    files = st.file_uploader(
        f"Photos of lesions, {MAX_COLLECTION_MB} MB at most, and a table of their labels if you "
        "have one",
        accept_multiple_files="directory" if source == FOLDER else True,
        max_upload_size=MAX_COLLECTION_MB,
        key=f"batch_upload{number}{source == FOLDER}",
    )
    if error := st.session_state.pop("batch_error", None):
        st.error(error, icon=":material/error:")
    if files:
        try:
            collection = collect_photos([_read_upload(file) for file in files])
        except UserError as error:
            st.error(str(error), icon=":material/error:")
        else:
            count = len(collection.photos)
            st.button(
                f"Classify {count} photos" if count > 1 else "Classify 1 photo",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_start,
                args=(collection,),
            )
            if collection.tables:
                names = ", ".join(path.rpartition("/")[2] for path in collection.tables)
                st.caption(f"Labels will be read from {escape_markdown(names)}.")
    with st.expander("What a table of labels looks like", icon=":material/table:"):
        st.markdown(
            "A .csv, .tsv or .tab file beside the photos or among them, with the layout of "
            "HAM10000 (`image_id`, `dx`), an ISIC ground truth or metadata file, PAD-UFES-20 or "
            "MILK10k. With it, the page shows how often the network is right."
        )
    show_disclaimer(classifier.entry)


def _read_upload(file: UploadedFile) -> ChosenFile:
    return ChosenFile(file.name, file.getvalue())


def _start(collection: PhotoCollection) -> None:
    """Starts the batch. A new key clears the upload, so that the server keeps one copy only."""
    try:
        start_batch(collection, get_classifier(get_chosen_model()))
    except UserError as error:
        st.session_state.batch_error = str(error)
        return
    st.session_state.batch_number = st.session_state.get("batch_number", 0) + 1
